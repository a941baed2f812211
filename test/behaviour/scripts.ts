import { command, type HandlerContext, handle, query, t } from "concordat";
import { closed, Specimen } from "./laboratory.ts";

/** What a scripted operation does for a label; a scenario puts it here before it calls. */
export const scripts = new Map<string, (context: HandlerContext) => unknown>();

const input = t.object({ label: t.string({ maxLength: 40 }), amount: t.int32().optional() });
const output = t.object({ value: t.json().optional() });

/** A command that may do durable steps. */
export const script = command("script", { input, output, idempotency: "required", errors: [closed] });
export const scriptWithoutKey = command("scriptWithoutKey", { input, output });
export const scriptQuery = query("scriptQuery", { input, output });
/** On a row. */
export const scriptSpecimen = Specimen.action("script", {
  input,
  idempotency: "required",
  when: { colour: ["red"] },
});
/** A command whose work goes on after its answer. */
export const scriptLong = command("scriptLong", {
  input,
  output,
  longRunning: { timeoutMs: 60_000, maxAttempts: 3 },
  errors: [closed],
});
export const scriptLongTimeout = command("scriptLongTimeout", {
  input,
  output,
  longRunning: { timeoutMs: 100 },
});
/** On a row. */
export const scriptLongSpecimen = Specimen.action("scriptLong", {
  input,
  when: { colour: ["red"] },
  longRunning: true,
});

export const scriptOperations = [
  scriptLong,
  scriptLongTimeout,
  scriptLongSpecimen,
  script,
  scriptWithoutKey,
  scriptQuery,
  scriptSpecimen,
];

async function run(context: HandlerContext<{ label: string }, unknown>): Promise<any> {
  return scripts.get(context.input.label)?.(context);
}

export const scriptHandlers = [
  handle(script, async (context) => ({ value: (await run(context)) ?? "done" })),
  handle(scriptWithoutKey, async (context) => ({ value: (await run(context)) ?? "done" })),
  handle(scriptQuery, async (context) => ({ value: (await run(context)) ?? "done" })),
  handle(scriptSpecimen, run),
  handle(scriptLong, async (context) => ({ value: (await run(context)) ?? "done" })),
  handle(scriptLongTimeout, async (context) => ({ value: (await run(context)) ?? "done" })),
  handle(scriptLongSpecimen, run),
];

/** A service outside, such as a bank: it remembers what was asked under which key and does it once. */
export class Outside {
  readonly calls: string[] = [];
  readonly done = new Map<string, number>();
  /** Happens inside the next call, before it is done. */
  before: () => Promise<void> | void = () => {};
  /** Happens after it is done, before it is answered. */
  after: () => Promise<void> | void = () => {};

  async charge(idempotencyKey: string): Promise<{ charge: number }> {
    this.calls.push(idempotencyKey);
    await this.before();
    if (!this.done.has(idempotencyKey)) this.done.set(idempotencyKey, this.done.size + 1);
    await this.after();
    return { charge: this.done.get(idempotencyKey) ?? 0 };
  }
}
