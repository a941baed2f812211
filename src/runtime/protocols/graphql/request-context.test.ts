import assert from "node:assert/strict";
import { test } from "node:test";
import { Exchange } from "../exchange.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import { RequestContext } from "./request-context.ts";

function open(): { exchange: Exchange; context: RequestContext } {
  const request = { method: "POST", url: "/graphql", headers: {} } as HttpRequest;
  const exchange = new Exchange(request, { writableFinished: false } as HttpResponse, {
    requestId: "r1",
    remoteAddress: undefined,
    body: undefined,
    bodyTimeoutMs: 1000,
    expectsContinue: false,
    isDraining: () => false,
    onClosed: () => {},
  });
  const meta = { protocol: "graphql", requestId: "r1" };
  const context = new RequestContext(exchange, { credentials: undefined, meta, idempotencyKey: undefined });
  return { exchange, context };
}

test("every field that waits is told that the caller has gone, and none that waits no more", () => {
  const { exchange, context } = open();
  const told: string[] = [];
  const [first, second, third] = [{}, {}, {}];
  context.watchGone(first, () => {
    told.push("first");
    // What is told takes itself off.
    context.watchGone(first, undefined);
  });
  context.watchGone(second, () => told.push("second"));
  context.watchGone(third, () => told.push("third"));
  context.watchGone(second, undefined);
  exchange.closed();
  assert.deepEqual(told, ["first", "third"]);
  assert.equal(context.gone, true);
});

test("a request of a list with a key of its own is told in its turn", () => {
  const { exchange, context } = open();
  const told: string[] = [];
  context.watchGone(context, () => told.push("before"));
  context.watchGone(context, undefined);
  const own = context.withKey("k:1");
  own.watchGone(own, () => told.push("own"));
  exchange.closed();
  assert.deepEqual(told, ["own"]);
  assert.equal(own.idempotencyKey, "k:1");
});
