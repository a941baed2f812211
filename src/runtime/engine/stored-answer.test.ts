import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../base/errors/index.ts";
import { decodeAnswer, encodeAnswer, isLasting } from "./stored-answer.ts";

test("a stored success comes back as a replay, to the last member", () => {
  const success = {
    ok: true,
    value: { id: "apt_1", price: "80.00", notes: null, extra: 9007199254740993n },
    kind: "created",
    id: "apt_1",
    version: 3,
    updatedAt: "2026-01-01T00:00:00Z",
    replayed: false,
    actions: ["cancel"],
    hidden: ["notes"],
  } as const;
  assert.deepEqual(decodeAnswer(encodeAnswer(success)).outcome, { ...success, replayed: true });
});

test("an answer without a value stays without one", () => {
  const none = { ok: true, value: undefined, kind: "none", replayed: false } as const;
  assert.deepEqual(decodeAnswer(encodeAnswer(none)).outcome, { ...none, replayed: true });
});

test("a stored refusal comes back with all that is sent, and without its cause", () => {
  const error = new ApiError("slot_taken", "Taken.", {
    status: 409,
    title: "Slot taken",
    data: { slot: "slot_1" },
    violations: [{ pointer: "/slot", code: "taken", message: "Is taken." }],
    retryAfterSeconds: 3,
    cause: new TypeError("secret"),
  });
  const stored = encodeAnswer({ ok: false, error, replayed: false });
  assert.ok(!stored.json.includes("secret"));
  const { outcome } = decodeAnswer(stored);
  assert.ok(!outcome.ok && outcome.replayed);
  for (const member of [
    "code",
    "message",
    "status",
    "title",
    "data",
    "violations",
    "retryAfterSeconds",
  ] as const) {
    assert.deepEqual(outcome.error[member], error[member], member);
  }
  assert.deepEqual(outcome.error.entry, error.entry);
});

test("refusals that a pause, a sign-in or a fresh ETag mends are not kept, nor are our own failures", () => {
  const kept = [
    "invalid_state",
    "not_found",
    "forbidden",
    "already_exists",
    "reference_not_found",
    "invalid_input",
  ];
  const passing = [
    "unauthenticated",
    "conflict",
    "idempotency_in_progress",
    "precondition_failed",
    "precondition_required",
    "rate_limited",
    "request_timeout",
    "cancelled",
    "internal",
    "unavailable",
    "deadline_exceeded",
  ];
  for (const code of kept) assert.equal(isLasting(new ApiError(code, "")), true, code);
  for (const code of passing) assert.equal(isLasting(new ApiError(code, "")), false, code);
  assert.equal(isLasting(new ApiError("slot_taken", "", { status: 409 })), true);
  assert.equal(isLasting(new ApiError("quota_spent", "", { status: 429 })), false);
});
