import type { JsonValue } from "../../base/lib/json.ts";
import type { ActiveCall } from "./active-call.ts";
import type { Outcome } from "./call.ts";
import { leave } from "./leave.ts";
import type { Pipeline } from "./pipeline.ts";
import { Race } from "./race.ts";
import { close, Watch } from "./run.ts";

/**
 * Runs a server stream or channel: the same steps up to its handler, then one value after the other, in wire form. The
 * deadline and the caller's going end it; leaving the loop tells the handler.
 */
export async function* runStream(pipeline: Pipeline, call: ActiveCall): AsyncGenerator<JsonValue, void> {
  const race = new Race();
  let outcome: Outcome | undefined;
  let watch: Watch | undefined;
  // The first step gives the call its deadline.
  const startWatch = () => {
    watch ??= new Watch(call, () => {
      outcome = close(pipeline, call);
      if (!outcome.ok) race.stop(outcome.error);
    });
    return watch;
  };
  let source: AsyncIterator<unknown> | undefined;
  try {
    for (const run of pipeline.runs) {
      const pending = run(call);
      startWatch();
      if (pending !== undefined) await race.until(pending);
    }
    const { encodeValue } = pipeline.plan;
    if (!isAsyncIterable(call.value)) throw new TypeError("A stream's handler must be an async generator");
    source = call.value[Symbol.asyncIterator]();
    while (true) {
      const next = await race.until(source.next());
      if (next.done) break;
      yield encodeValue?.(next.value) ?? null;
    }
    if (call.inbox?.failure !== undefined) throw call.inbox.failure;
    call.success = { ok: true, value: undefined, kind: "none", replayed: false };
  } catch (thrown) {
    if (!call.ended) await leave(call, thrown);
  } finally {
    // A consumer that leaves early comes here too. The handler may be stuck: nobody waits for it.
    source?.return?.()?.catch(() => {});
    call.success ??= { ok: true, value: undefined, kind: "none", replayed: false };
    startWatch().done();
  }
  if (outcome?.ok === false) throw outcome.error;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
