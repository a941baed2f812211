import type { OperationModel } from "./model.ts";

type Streaming = Pick<OperationModel, "kind" | "direction">;

/** Tells whether a caller sends many messages instead of one input: client streams and channels. */
export function takesMessages({ kind, direction }: Streaming): boolean {
  return kind === "channel" || (kind === "stream" && direction === "client");
}

/** Tells whether a caller gets many values instead of one answer: server streams and channels. */
export function answersMany({ kind, direction }: Streaming): boolean {
  return kind === "channel" || (kind === "stream" && direction !== "client");
}

/** Tells whether an operation runs in one transaction that commits with its answer: commands and client streams. */
export function changesData({ kind, direction }: Streaming): boolean {
  return kind === "command" || (kind === "stream" && direction === "client");
}
