import { hash } from "node:crypto";
import { canonicalJson, type JsonValue, stringifyJson } from "../../base/lib/index.ts";
import { OPERATION } from "../../contract/model/index.ts";
import type { ActiveCall } from "./active-call.ts";
import type { Outcome, Success } from "./call.ts";
import type { EngineCore } from "./core.ts";
import { encodeRow, jsonOfRow } from "./encode-row.ts";
import type { StoredAnswer, StoredRow } from "./ports.ts";
import { projectRow, rowOf } from "./project-row.ts";
import { projectTreeRow } from "./project-tree.ts";
import { isRecord } from "./record.ts";
import { wrongAnswer } from "./refusals.ts";
import type { ResourcePlan } from "./resource-plan.ts";
import type { RowSelection } from "./select.ts";
import { wholeRow } from "./selection.ts";
import { decodeAnswer, encodeAnswer } from "./stored-answer.ts";

/**
 * Writes the success of a claimed call. Where the caller asked for some of its row only, or for more, all that they may see
 * of the row is kept beside it: a repeat may come over a protocol that asks for other fields.
 */
export function keepAnswer(call: ActiveCall, success: Success): StoredAnswer {
  const output = outputOf(call);
  // Fields that were selected, with nothing below them, are in the row, and are selected again.
  if (output !== undefined && call.tree?.leaf) {
    return encodeAnswer(success, { asked: ROW_ALONE, rowJson: rowText(call, output) });
  }
  const asked = askedOf(call);
  const seenBy = seenByOf(call);
  if (output === undefined || asked === undefined) return encodeAnswer(success, { seenBy });
  const { select } = call.request;
  return encodeAnswer(success, { select, asked, seenBy, rowJson: rowText(call, output) });
}

// No digest: whatever is asked for is projected.
const ROW_ALONE = "row";

/** All that the caller may see of the row they are answered with. */
function rowText(call: ActiveCall, output: ResourcePlan): string {
  const { core, principal } = call;
  const row = rowOf(call, output);
  const view = core.views.of(output, principal);
  const whole = wholeRow(view);
  const text = call.row === row ? jsonOfRow(row, whole) : undefined;
  // Field by field: a handler may have answered with no more than was asked for.
  return text ?? stringifyJson(encodeRow(row, { ...whole, fields: view.visible }, principal?.id));
}

/**
 * Answers a repeat with what is stored. One that asks for the fields that the first call asked for gets the very same
 * answer; any other gets its fields of the row as it was answered, and what lies beyond that row as it is now. So does one whose
 * caller has other roles by now: they may see less.
 */
export function replay(call: ActiveCall, answer: StoredAnswer): void | Promise<void> {
  const { outcome, asked, seenBy, row } = decodeAnswer(answer);
  const output = outputOf(call);
  const isSame = asked === askedOf(call) && seenBy === seenByOf(call);
  if (!outcome.ok || output === undefined || isSame) {
    call.outcome = outcome;
    return undefined;
  }
  call.row = storedRow(call, output, outcome, row ?? outcome.value);
  // Of a command that was accepted, the fields are those of its result.
  if (call.plan.mode === "accept" && call.tree === undefined) call.selection = undefined;
  const pending =
    call.tree === undefined ? projectRow(call, output) : projectTreeRow(call, output, call.tree);
  const answerWith = () => {
    call.outcome = replayed(call.success, outcome);
  };
  return pending === undefined ? answerWith() : pending.then(answerWith);
}

function replayed(projected: Success | undefined, { kind }: Success): Outcome | undefined {
  return projected && { ...projected, kind, replayed: true };
}

/** The resource of the row that the answer is; undefined where it is none. */
function outputOf({ plan, core }: ActiveCall): ResourcePlan | undefined {
  return plan.mode === "accept" ? core.resources.get(OPERATION) : plan.output;
}

/** Digests what the caller wants to be told of the row; undefined where that is all of it. */
function askedOf({ plan, request }: ActiveCall): string | undefined {
  const { select } = request;
  if (select !== undefined) {
    let digest = digests.get(select);
    if (digest === undefined) {
      digest = digestOf([select]);
      digests.set(select, digest);
    }
    return digest;
  }
  const { fields, expand } = plan.mode === "accept" ? {} : request;
  return fields === undefined && expand === undefined
    ? undefined
    : digestOf([fields ?? null, expand ?? null]);
}

/** Those of the caller's roles that fields are shown to. */
function seenByOf({ core, principal }: ActiveCall): string | undefined {
  let showing = showingRoles.get(core);
  if (showing === undefined) {
    showing = [...new Set([...core.resources.values()].flatMap(({ roles }) => roles))].sort();
    showingRoles.set(core, showing);
  }
  const seeing = showing.filter((role) => principal?.roles.includes(role));
  return seeing.length === 0 ? undefined : seeing.join(" ");
}

const showingRoles = new WeakMap<EngineCore, readonly string[]>();

// A protocol hands in the same object where the same is asked again.
const digests = new WeakMap<RowSelection, string>();

function digestOf(asked: unknown): string {
  return hash("sha256", canonicalJson(asked), "base64url").slice(0, 22);
}

/** A row in program form again. */
function storedRow(
  { plan }: ActiveCall,
  { fields, name }: ResourcePlan,
  { id = "", version = 0, updatedAt = "" }: Success,
  wire: JsonValue | undefined,
): StoredRow {
  if (!isRecord(wire)) throw wrongAnswer(plan.operation, `a row of ${name}`);
  const values: Record<string, unknown> = {};
  for (const [field, { decode }] of fields) {
    const value = Object.hasOwn(wire, field) ? wire[field] : undefined;
    // What a field does not take as input, a file or what a rule of today forbids, is in program form as it stands.
    if (value !== undefined) values[field] = value === null ? null : (decode(value, "", []) ?? value);
  }
  return { id, values, version, updatedAt, allowed: true };
}
