import assert from "node:assert/strict";
import { test } from "node:test";
import { api, resource, t } from "concordat";
import { compile } from "../../../contract/model/index.ts";
import { crashCommand } from "./crash-plan.ts";
import type { DiaryEntry } from "./diary.ts";
import type { JournalEntry } from "./journal.ts";
import { judge } from "./judge.ts";
import type { Answer } from "./send.ts";

const Note = resource("note", { id: t.id("note"), text: t.string() });
const createNote = Note.create();
const model = compile(
  api("notes", { versions: { v1: "2026-01-01" }, resources: [Note], operations: [createNote] }),
);
const command = crashCommand(createNote, { writes: { notes: 1 }, events: ["note.made"] });
const body = '{"id":"note_1","text":"crash-1-1"}';

function answer(parts: Partial<Answer> = {}): Answer {
  return { status: 201, body, headers: {}, replayed: false, ...parts };
}

function entry(answers: readonly (Answer | undefined)[], parts: Partial<DiaryEntry> = {}): DiaryEntry {
  const operation = model.operations["note.create"];
  assert.ok(operation);
  return {
    number: 1,
    mark: "crash-1-1",
    key: "key-1",
    operation,
    command,
    request: { method: "POST", path: "/v1/notes", headers: {}, body: undefined },
    sent: answers.map((one) => ({ answer: one, tries: 1, lastProblem: "refused" })),
    ...parts,
  };
}

function transaction(xid: string, parts: { row?: string; event?: boolean; key?: string }): JournalEntry[] {
  const { row, event, key } = parts;
  const written = (table: string, values: Record<string, unknown>): JournalEntry => ({
    xid,
    table,
    action: "insert",
    row: values,
  });
  return [
    ...(row === undefined ? [] : [written("public.notes", { id: row, text: "crash-1-1" })]),
    ...(event === true ? [written("concordat.outbox", { position: 1, name: "note.made" })] : []),
    ...(key === undefined ? [] : [written("concordat.idempotency", { key })]),
  ];
}

const whole = transaction("7", { row: "note_1", event: true, key: "key-1" });

function kinds(diary: readonly DiaryEntry[], journal: readonly JournalEntry[]): string[] {
  return judge({ model, diary, journal, ignoredTables: new Set() }).map(({ kind }) => kind);
}

test("a success with its transaction, replayed and read as it was answered, is as it should be", () => {
  const replay = answer({ replayed: true });
  const row = answer({ status: 200 });
  assert.deepEqual(kinds([entry([answer(), replay], { replay, row })], whole), []);
});

test("a success without a transaction, without its row or without its event is lost", () => {
  assert.deepEqual(kinds([entry([answer()])], []), ["lost"]);
  assert.deepEqual(kinds([entry([answer()])], transaction("7", { key: "key-1" })), ["lost"]);
  const withoutEvent = transaction("7", { row: "note_1", key: "key-1" });
  assert.deepEqual(kinds([entry([answer()])], withoutEvent), ["lost"]);
});

test("two transactions of one command are a doubled one, with a stored answer or by its mark", () => {
  const again = transaction("8", { row: "note_2", event: true });
  assert.deepEqual(kinds([entry([answer()])], [...whole, ...again]), ["doubled"]);
});

test("two callers that were told that their call did it are told of a doubled one", () => {
  assert.deepEqual(kinds([entry([answer(), answer()])], whole), ["doubled"]);
});

test("a replay that differs in a byte, an ETag or a status is untrue", () => {
  for (const other of [{ body: body.replace("1-1", "1-2") }, { headers: { etag: '"2"' } }, { status: 200 }]) {
    const replay = answer({ replayed: true, ...other });
    assert.deepEqual(kinds([entry([answer()], { replay })], whole), ["untrue"]);
  }
});

test("the request id in a problem may differ, as each request has its own", () => {
  const refusal = (requestId: string) =>
    answer({ status: 409, body: `{"code":"x","requestId":"${requestId}"}` });
  assert.deepEqual(kinds([entry([refusal("a")], { replay: refusal("b") })], []), []);
});

test("a refusal that left an effect is untrue", () => {
  assert.deepEqual(kinds([entry([answer({ status: 409, body: "{}" })])], whole), ["untrue"]);
});

test("a row that reads otherwise than its last command was answered is untrue; an earlier command's may differ", () => {
  const row = answer({ status: 200, body: '{"id":"note_1","text":"other"}' });
  assert.deepEqual(kinds([entry([answer()], { row })], whole), ["untrue"]);
  const later: JournalEntry = { xid: "9", table: "public.notes", action: "update", row: { id: "note_1" } };
  const other = entry([answer({ status: 200, body: "{}" })], {
    key: "key-2",
    mark: "crash-1-2",
    command: crashCommand(createNote),
    operation: { ...entry([]).operation, method: "patch" },
  });
  const stored: JournalEntry = {
    xid: "9",
    table: "concordat.idempotency",
    action: "insert",
    row: { key: "key-2" },
  };
  assert.deepEqual(kinds([entry([answer()], { row }), other], [...whole, later, stored]), []);
});

test("an effect that no command explains is stray, but not in a table that others write to", () => {
  const stray: JournalEntry = { xid: "8", table: "public.notes", action: "delete", row: { id: "note_9" } };
  assert.deepEqual(kinds([entry([answer()])], [...whole, stray]), ["stray"]);
  const ignoredTables = new Set(["public.notes"]);
  const created = entry([answer()], { command: crashCommand(createNote) });
  assert.equal(
    judge({ model, diary: [created], journal: [stray], ignoredTables }).some(({ kind }) => kind === "stray"),
    false,
  );
});

test("a mark is not found in a longer one", () => {
  const other = entry([answer()], { mark: "crash-1-1", key: "key-1" });
  const longer: JournalEntry = {
    xid: "8",
    table: "public.notes",
    action: "insert",
    row: { id: "note_2", text: "crash-1-10" },
  };
  assert.deepEqual(kinds([other], [...whole, longer]), ["stray"]);
});

test("a caller without an answer is unanswered", () => {
  assert.deepEqual(kinds([entry([undefined])], []), ["unanswered"]);
});
