import type { OperationSpec } from "../language/index.ts";
import type { OperationModel } from "./model.ts";
import type { OptionReader } from "./read-options.ts";
import type { Scope } from "./scope.ts";
import { takesMessages } from "./streaming.ts";

/** Messages of one call: a reading a second for almost three hours. */
const DEFAULT_MAX_MESSAGES = 10_000;
/** More belongs into several calls, each of which is safe once it is answered. */
const LARGEST_MAX_MESSAGES = 10_000_000;

/** Compiles what only streams and channels have; reports those that say nothing about what is sent. */
export function compileStreaming(
  spec: OperationSpec,
  read: OptionReader,
  { place, scope }: { readonly place: string; readonly scope: Scope },
): Pick<OperationModel, "direction" | "maxMessages" | "key"> {
  const { kind, options } = spec;
  if (kind !== "stream" && kind !== "channel") return {};
  const direction =
    kind === "stream" ? (read.choice("direction", ["server", "client"]) ?? "server") : undefined;
  const many = takesMessages({ kind, ...(direction === undefined ? {} : { direction }) });
  const sent = kind === "channel" ? "send" : "input";
  const answered = kind === "channel" ? "receive" : "output";
  const missing = [
    ...(many && spec.input === undefined ? [sent] : []),
    ...(spec.output === undefined ? [answered] : []),
  ];
  for (const part of missing) {
    const fix = `add ${part}: t.object({ … })`;
    scope.report({ place: `${place}, ${part}`, expected: "the type of its messages", found: "none", fix });
  }
  const maxMessages = read.integer("maxMessages", 1, LARGEST_MAX_MESSAGES);
  if (maxMessages !== undefined && !many) {
    scope.report({
      place: `${place}, maxMessages`,
      expected: 'a channel, or a stream of direction "client": others take one input',
      found: "a stream from the server",
      fix: "remove it",
    });
  }
  return {
    ...(direction === undefined ? {} : { direction }),
    ...(many ? { maxMessages: maxMessages ?? DEFAULT_MAX_MESSAGES } : {}),
    ...(kind === "channel" && options.key !== undefined ? { key: options.key } : {}),
  };
}
