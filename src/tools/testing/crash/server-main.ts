/** The process of one server in a crash test: starts the plan's service and does what its parent orders. */
import { flushCompileCache } from "node:module";
import { type JsonValue, timestampFromMs } from "../../../base/lib/index.ts";
import { type IssuedApiKey, issueApiKey } from "../../../runtime/auth/index.ts";
import type { ApiKeyStore, Db } from "../../../runtime/engine/index.ts";
import { type RunningService, startService } from "../../../runtime/server/index.ts";
import { createKillPoints } from "./kill-points.ts";
import { loadPlan } from "./load-plan.ts";
import type { Order, Report, SetUp } from "./messages.ts";

const [, , planPath = "", notePath = ""] = process.argv;
const clock = { now: Date.now };
let running: RunningService | undefined;

const points = createKillPoints({
  notePath,
  onSurvived: (count) => {
    points.disarm();
    report({ kind: "survived", points: count });
  },
});
// A terminal sends Ctrl+C to all processes; the parent ends its own.
process.on("SIGINT", () => {});
// Without its parent nobody would ever end it.
process.on("disconnect", () => process.exit(0));
process.on("message", (order: Order) => {
  const request = "request" in order ? { request: order.request } : {};
  follow(order).catch((error: unknown) => report({ kind: "failed", ...request, message: textOf(error) }));
});
const plan = await loadPlan(planPath);
report({ kind: "loaded" });

async function follow(order: Order): Promise<void> {
  switch (order.kind) {
    case "arm":
      points.arm(order.from, order.killAt);
      return report({ kind: "result", request: order.request, json: "null" });
    case "start":
      return start(order);
    case "setup":
      return answer(order.request, setUp());
    case "check":
      return answer(order.request, check(order.world));
    case "sql":
      return answer(
        order.request,
        inTransaction((db) => runText(db, order.text, order.values)),
      );
    case "close":
      await running?.close({ deadlineMs: 5000 });
      process.exit(0);
  }
}

async function start({ place, mode }: Extract<Order, { kind: "start" }>): Promise<void> {
  if (!points.armed) points.arm("start", Number.POSITIVE_INFINITY);
  running = await startService(plan.service, {
    docs: false,
    poolSize: POOL_SIZE,
    logLevel: "error",
    ...plan.options.start,
    ...place,
    mode,
    port: 0,
    tracer: points.tracer,
  });
  const { count } = points;
  points.disarm();
  // A process that is killed writes no cache of compiled code; this makes the next ones start faster.
  flushCompileCache();
  report({ kind: "listening", url: running.url, points: count });
}

/** Several servers share a database, and its connections are few. */
const POOL_SIZE = 8;

async function setUp(): Promise<SetUp> {
  const { store } = parts();
  const fill = plan.options.setup ?? plan.service.options.seed;
  const issued: IssuedApiKey[] = [];
  // Keys are stored outside this transaction, and the embedded database has one connection: collected here, stored after.
  const keys: ApiKeyStore = { ...store.apiKeys, insert: async () => {} };
  const world: unknown = await inTransaction(async (db) =>
    fill?.({
      db,
      now: () => timestampFromMs(clock.now()),
      apiKey: async (name, holder) => {
        const key = await issueApiKey({ keys, clock }, { name, ...holder, live: false });
        issued.push(key);
        return key.key;
      },
    }),
  );
  for (const { record } of issued) await store.apiKeys.insert(record);
  return {
    keys: Object.fromEntries(issued.map(({ key, record }) => [record.name, key])),
    ...(world === undefined ? {} : { world: JSON.parse(JSON.stringify(world)) }),
  };
}

async function check(world: JsonValue | undefined): Promise<null> {
  await inTransaction(async (db) => plan.options.check?.({ db, world }));
  return null;
}

function inTransaction<T>(work: (db: Db) => Promise<T>): Promise<T> {
  return parts().engine.transaction(work);
}

function parts(): RunningService {
  if (running === undefined) throw new TypeError("The service has not been started");
  return running;
}

/** Runs a text that is not written as a template: its `$1`, `$2`, … stand for the values. */
function runText(db: Db, text: string, values: readonly string[]): Promise<readonly unknown[]> {
  const parts = text.split(/\$\d+/);
  return db.sql(Object.assign(parts, { raw: parts }), ...values);
}

async function answer(request: number, value: Promise<unknown>): Promise<void> {
  report({ kind: "result", request, json: JSON.stringify(await value) });
}

function report(what: Report): void {
  process.send?.(what);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
