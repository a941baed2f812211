import { hash } from "node:crypto";
import { ApiError } from "../../../base/errors/index.ts";
import { stringifyJson } from "../../../base/lib/index.ts";
import {
  acceptsCoding,
  type Coding,
  type Conditions,
  findStoredCoding,
  formatEntityTag,
  formatHttpDate,
  formatPageLinks,
  isJsonObject,
  type PageLinks,
  type Preferences,
  pageLinks,
  representationKey,
  type TagParts,
  timestampSeconds,
  versionsOf,
} from "../../../wire/rest/index.ts";
import type { Call, Success } from "../../engine/index.ts";
import { acceptEncoding, codingFor, sendBody } from "../answer.ts";
import type { Exchange } from "../exchange.ts";
import { send } from "../send.ts";
import type { OperationPlan } from "./plan.ts";
import { POLL_SECONDS } from "./poll-seconds.ts";
import type { MediaType } from "./representation.ts";

/** A request as far as its answer needs it. */
export interface Asked {
  readonly plan: OperationPlan;
  readonly call: Call;
  readonly mediaType: MediaType;
  readonly conditions: Conditions | undefined;
  readonly preferences: Preferences;
}

// RFC 9110 section 8.8.2.2: within the same second a second change would go unseen, so a date must have aged first.
const SETTLED_MS = 3000;

/** Sends a successful outcome: the status that REST-2 asks for, validators, links, and the body in the asked form. */
export function sendSuccess(exchange: Exchange, asked: Asked, outcome: Success): Promise<void> | void {
  const { plan, call, mediaType, conditions, preferences } = asked;
  const { operation } = plan;
  const extra: string[] = [];
  if (outcome.replayed) extra.push("Idempotent-Replayed", "true");
  if (call.meta.traceparent !== undefined) extra.push("traceparent", call.meta.traceparent);
  if (outcome.kind === "none" || operation.output.kind === "none" || isEmpty(outcome)) {
    const { status = 204 } = operation.http ?? {};
    return send(
      exchange,
      operation.output.kind === "none" ? status : 204,
      extra,
      undefined,
      plan.emptyHeaders,
    );
  }

  const isRow = operation.output.kind === "row";
  const { status = 200 } = operation.http ?? {};
  const rowPath =
    isRow && plan.rowPath !== undefined && outcome.id !== undefined ? plan.rowPath(outcome.id) : undefined;
  if (outcome.kind === "created" && rowPath !== undefined) extra.push("Location", rowPath);

  // What one row looks like follows from its version and the question; anything else is told apart by its bytes.
  const version = isRow ? outcome.version : undefined;
  const byVersion = version !== undefined && !followsRefs(call);
  if (!plan.unsafe && conditions?.ifMatch !== undefined) requireMatch(conditions.ifMatch, version);
  if (byVersion) {
    if (!plan.unsafe) addLastModified(extra, outcome);
    const tag = { version, representation: rowKey(asked, outcome) };
    const stored = plan.unsafe ? undefined : findFresh(exchange, conditions, tag, outcome);
    if (stored !== undefined) return sendNotModified(exchange, plan, extra, { ...tag, coding: stored });
  }

  const minimal = plan.unsafe && preferences.return === "minimal";
  if (minimal) {
    extra.push("Preference-Applied", "return=minimal");
    if (byVersion) extra.push("ETag", formatEntityTag(plainTag(asked, outcome, version)));
    return send(exchange, status === 201 ? 201 : 204, extra, undefined, plan.emptyHeaders);
  }
  if (plan.unsafe && preferences.return !== undefined)
    extra.push("Preference-Applied", "return=representation");
  if (plan.unsafe && rowPath !== undefined) extra.push("Content-Location", rowPath);

  if (plan.polled && isRunning(outcome)) extra.push("Retry-After", String(POLL_SECONDS));
  const body = writeBody(exchange, asked, outcome, extra);
  const coding = codingFor(exchange, body);
  const representation = byVersion ? rowKey(asked, outcome) : digest(body);
  const tagged = byVersion || (!plan.unsafe && (plan.stored || isRow));
  if (tagged) {
    if (!byVersion && !plan.unsafe && conditions !== undefined) {
      const tag = { version, representation };
      const stored = findFresh(exchange, conditions, tag);
      if (stored !== undefined) return sendNotModified(exchange, plan, extra, { ...tag, coding: stored });
    }
    extra.push("ETag", formatEntityTag({ version, representation, coding }));
  }
  return sendBody(exchange, status, extra, { body, coding, fixed: plan.headers[mediaType] });
}

/** Of the answers about a long-running operation, those that will change. */
function isRunning({ value }: Success): boolean {
  return isJsonObject(value) && value.done === false;
}

/** A success without a value; one that has its text is not asked for the value. */
function isEmpty(outcome: Success): boolean {
  return outcome.json === undefined && outcome.value === undefined;
}

/** The body; the links of a page go to `headers`. */
function writeBody(
  exchange: Exchange,
  { plan, call, mediaType }: Asked,
  outcome: Success,
  headers: string[],
): string | Uint8Array {
  let links: PageLinks | undefined;
  if (plan.operation.output.kind === "page") {
    const { nextCursor = null, prevCursor = null } = outcome.page ?? {};
    links = pageLinks(exchange.path, exchange.query, { nextCursor, prevCursor });
    headers.push("Link", formatPageLinks(links));
  }
  const write = plan.representations?.writers[mediaType];
  if (write === undefined) return outcome.json ?? stringifyJson(outcome.value ?? null);
  const { actions, hidden } = outcome;
  const self = exchange.query === "" ? exchange.path : `${exchange.path}?${exchange.query}`;
  return write(outcome.value ?? null, {
    self,
    links,
    fields: call.fields,
    expand: call.expand,
    actions,
    hidden,
  });
}

function followsRefs({ fields, expand }: Call): boolean {
  return (
    (expand !== undefined && expand.length > 0) || (fields?.some((field) => field.includes(".")) ?? false)
  );
}

/** Key of everything that shapes a row's representation beside its version. */
function rowKey({ plan, call, mediaType }: Asked, { hidden, actions }: Success): string {
  const base = plan.tagKeys[mediaType] ?? "";
  const shownActions = mediaType === "application/hal+json" ? actions : undefined;
  if (call.fields === undefined && !hidden?.length && shownActions === undefined) return base;
  return representationKey([
    base,
    (call.fields ?? []).join(),
    (hidden ?? []).join(),
    (shownActions ?? []).join(),
  ]);
}

function plainTag(asked: Asked, outcome: Success, version: number) {
  return { version, representation: rowKey(asked, outcome), coding: "identity" as const };
}

function digest(body: string | Uint8Array): string {
  return hash("sha256", body, "base64url").slice(0, 22);
}

function requireMatch(ifMatch: NonNullable<Conditions["ifMatch"]>, version: number | undefined): void {
  const versions = versionsOf(ifMatch);
  if (versions === "*" || (version !== undefined && versions.includes(version))) return;
  throw new ApiError("precondition_failed", "If-Match names another version than the present one.");
}

/** Coding of the caller's stored answer, if the conditions say that it is still right. */
function findFresh(
  exchange: Exchange,
  conditions: Conditions | undefined,
  tag: Omit<TagParts, "coding">,
  row?: Success,
): Coding | undefined {
  // RFC 9110 section 13.1.2: 304 answers GET and HEAD. A query that came by POST is answered whole.
  if (conditions === undefined || (exchange.method !== "GET" && exchange.method !== "HEAD")) return undefined;
  const accepted = acceptEncoding(exchange);
  if (conditions.ifNoneMatch !== undefined) {
    return findStoredCoding(conditions.ifNoneMatch, tag, (coding) => acceptsCoding(accepted, coding));
  }
  // The date is that of one row, so it says nothing of an answer made of several.
  const changed = row && settledSeconds(row);
  if (conditions.ifModifiedSince === undefined || changed === undefined) return undefined;
  return conditions.ifModifiedSince >= changed ? "identity" : undefined;
}

function sendNotModified(exchange: Exchange, plan: OperationPlan, extra: string[], tag: TagParts): void {
  extra.push("ETag", formatEntityTag(tag));
  send(exchange, 304, extra, undefined, plan.emptyHeaders);
}

function addLastModified(headers: string[], outcome: Success): void {
  if (outcome.updatedAt !== undefined && settledSeconds(outcome) !== undefined) {
    headers.push("Last-Modified", formatHttpDate(outcome.updatedAt));
  }
}

function settledSeconds({ updatedAt }: Success): number | undefined {
  if (updatedAt === undefined) return undefined;
  const seconds = timestampSeconds(updatedAt);
  return Date.now() - seconds * 1000 >= SETTLED_MS ? seconds : undefined;
}
