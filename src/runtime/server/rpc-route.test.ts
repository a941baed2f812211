import assert from "node:assert/strict";
import { test } from "node:test";
import { http1, http2 } from "../../../test/support/http-clients.ts";
import { type RpcHandler, send } from "../protocols/index.ts";
import { createServer } from "./create-server.ts";
import { type LazyRpcOptions, lazyRpc } from "./rpc-route.ts";

/** Answers what is below `/calls/` but `/calls/none`; tells what it was told in `events`. */
function callHandler(events: string[]): RpcHandler {
  return {
    take(exchange) {
      if (!exchange.path.startsWith("/calls/") || exchange.path === "/calls/none") return false;
      events.push(exchange.path);
      send(exchange, 202, []);
      return true;
    },
    announceDrain: () => void events.push("announced"),
    drain: () => void events.push("drained"),
  };
}

async function serve(load: LazyRpcOptions["load"], failures: unknown[] = []) {
  const next = (exchange: Parameters<LazyRpcOptions["next"]>[0]) => send(exchange, 204, []);
  const rpc = lazyRpc({
    isMeant: ({ path }) => path.startsWith("/calls/"),
    load,
    next,
    onError: (_, thrown) => void failures.push(thrown),
  });
  const server = createServer({ handler: next, rpc });
  const { url } = await server.listen();
  const status = async (path: string, ask = http1) =>
    (await ask(url + path, { method: "POST", body: "x" })).status;
  return { server, status };
}

test("the handler of RPCs is loaded by the first request that is meant for it, once for all that wait", async () => {
  const events: string[] = [];
  const { promise, resolve } = Promise.withResolvers<RpcHandler>();
  let loads = 0;
  const { server, status } = await serve(() => {
    loads++;
    return promise;
  });
  assert.equal(await status("/else"), 204);
  assert.equal(loads, 0);
  const waiting = [status("/calls/a"), status("/calls/b", http2), status("/calls/none")];
  assert.equal(await status("/else"), 204, "others do not wait");
  resolve(callHandler(events));
  assert.deepEqual(await Promise.all(waiting), [202, 202, 204], "what is none of its requests goes on");
  assert.equal(await status("/calls/c"), 202);
  assert.equal(loads, 1);
  assert.deepEqual(events.sort(), ["/calls/a", "/calls/b", "/calls/c"]);
  await server.close();
  assert.deepEqual(events.slice(3), ["announced", "drained"]);
});

test("a handler that cannot be loaded is a 500, and the next request tries again", async () => {
  const failures: unknown[] = [];
  const fault = new Error("too many open files");
  let loads = 0;
  const { server, status } = await serve(
    () => (++loads === 1 ? Promise.reject(fault) : Promise.resolve(callHandler([]))),
    failures,
  );
  assert.equal(await status("/calls/a"), 500);
  assert.deepEqual(failures, [fault]);
  assert.equal(await status("/calls/a"), 202);
  await server.close();
});

test("a handler that is loaded while the server closes is told so", async () => {
  const events: string[] = [];
  const { promise, resolve } = Promise.withResolvers<RpcHandler>();
  const asked = Promise.withResolvers<void>();
  const { server, status } = await serve(() => {
    asked.resolve();
    return promise;
  });
  const waiting = status("/calls/a");
  await asked.promise;
  const closed = server.close();
  resolve(callHandler(events));
  assert.equal(await waiting, 202);
  await closed;
  assert.deepEqual(events, ["announced", "/calls/a"]);
});
