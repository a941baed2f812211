import { CODES } from "../../base/errors/index.ts";
import type { ErrorStyleModel, ErrorTemplateModel } from "./model.ts";
import { isRecord, readOptions } from "./read-options.ts";
import { didYouMean, type Report, show } from "./report.ts";

const OPTIONS = ["body", "mediaType", "statuses"];
const PARTS = ["code", "status", "title", "detail", "requestId", "data"] as const;
const VIOLATION_PARTS = ["field", "pointer", "reason", "message"] as const;

/** Levels of an error's body: more than any client reads. */
const MAX_DEPTH = 8;

/** Compiles an api's `rest.errors`; undefined where it has none, or none that is right. */
export function compileErrorStyle(given: unknown, report: Report): ErrorStyleModel | undefined {
  if (given === undefined) return undefined;
  const place = "api, rest.errors";
  const read = readOptions(given, `${place}.`, { known: OPTIONS, report });
  if (!isRecord(given)) return undefined;
  const body = compileTemplate(given.body, { place: `${place}.body`, inside: false, depth: 0, report });
  const mediaType = read.text("mediaType") ?? "application/json";
  if (!/^application\/([a-z0-9.-]+\+)?json$/.test(mediaType)) {
    report({
      place: `${place}.mediaType`,
      expected: "a media type of JSON, in lower case",
      found: show(mediaType),
      fix: 'write "application/json", or one that ends in +json',
    });
  }
  const statuses = statusesOf(read.record("statuses", "statuses by code") ?? {}, `${place}.statuses`, report);
  return body && { mediaType, body, statuses };
}

function statusesOf(
  given: Readonly<Record<string, unknown>>,
  place: string,
  report: Report,
): Record<string, number> {
  const statuses: Record<string, number> = {};
  const table: Readonly<Record<string, { readonly http: number }>> = CODES;
  for (const [code, status] of Object.entries(given)) {
    const entry = Object.hasOwn(table, code) ? table[code] : undefined;
    if (entry === undefined) {
      const fix = didYouMean(
        code,
        Object.keys(CODES),
        "remove it; declared errors have statuses of their own",
      );
      report({ place: `${place}.${code}`, expected: "a code of the closed table", found: show(code), fix });
      continue;
    }
    const least = entry.http < 500 ? 400 : 500;
    if (typeof status === "number" && Number.isInteger(status) && status >= least && status < least + 100) {
      statuses[code] = status;
      continue;
    }
    report({
      place: `${place}.${code}`,
      expected: `a status from ${least} to ${least + 99}: clients and proxies act by its class`,
      found: show(status),
      fix: `choose one, or remove it for ${entry.http}`,
    });
  }
  return statuses;
}

interface TemplatePlace {
  readonly place: string;
  /** Inside a list of violations. */
  readonly inside: boolean;
  readonly depth: number;
  readonly report: Report;
}

function compileTemplate(given: unknown, at: TemplatePlace): ErrorTemplateModel | undefined {
  const deeper = (key: string | number) => ({ ...at, place: `${at.place}.${key}`, depth: at.depth + 1 });
  if (at.depth > MAX_DEPTH) return wrong(at, `at most ${MAX_DEPTH} levels`, "more", "flatten it");
  if (given === null || typeof given === "string" || typeof given === "boolean") {
    return { kind: "literal", value: given };
  }
  if (typeof given === "number" && Number.isFinite(given)) return { kind: "literal", value: given };
  if (Array.isArray(given)) {
    const items = given.map((item: unknown, index) => compileTemplate(item, deeper(index)));
    return { kind: "list", items: items.filter((item) => item !== undefined) };
  }
  if (!isRecord(given)) {
    const fix = "write { message: errorPart.detail }";
    return wrong(at, "literals and parts of the error from errorPart", show(given), fix);
  }
  if (given.kind === "error-part") return compilePart(given, at);
  const members: Record<string, ErrorTemplateModel> = {};
  for (const [key, inner] of Object.entries(given)) {
    const compiled = compileTemplate(inner, deeper(key));
    // Assigning the key __proto__ would set the prototype.
    if (compiled !== undefined) Object.defineProperty(members, key, { value: compiled, enumerable: true });
  }
  return { kind: "object", members };
}

function compilePart(
  given: Readonly<Record<string, unknown>>,
  at: TemplatePlace,
): ErrorTemplateModel | undefined {
  const { part } = given;
  const plain = PARTS.find((name) => name === part);
  if (plain !== undefined) return { kind: plain };
  const ofViolation = VIOLATION_PARTS.find((name) => name === part);
  if (ofViolation !== undefined) {
    if (at.inside) return { kind: ofViolation };
    const fix = `write errorPart.violations({ …: errorPart.${ofViolation} })`;
    return wrong(at, "a part of the whole error", `${ofViolation}, which each violation has`, fix);
  }
  if (part === "messagesByField" && typeof given.otherwise === "string" && given.otherwise !== "") {
    return { kind: "messagesByField", otherwise: given.otherwise };
  }
  if (part === "violations" && !at.inside) {
    const item = compileTemplate(given.item, {
      ...at,
      place: `${at.place}[]`,
      inside: true,
      depth: at.depth + 1,
    });
    return item && { kind: "violations", item };
  }
  return wrong(at, "a part from errorPart", show(part), "make it with errorPart");
}

function wrong({ place, report }: TemplatePlace, expected: string, found: string, fix: string): undefined {
  report({ place, expected, found, fix });
}
