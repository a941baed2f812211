import type { ActiveCall } from "../active-call.ts";
import { denied, notFound } from "../refusals.ts";
import type { Step } from "../step.ts";

/**
 * Reads the row that a channel is about, as `target` does for commands but without a lock, which would last as long as the
 * conversation: 404 where there is none, 403 where the caller has no right to it.
 */
export const enter: Step = {
  name: "enter",
  appliesTo: ({ kind }) => kind === "channel",
  prepare: () => readRoom,
};

async function readRoom(call: ActiveCall): Promise<void> {
  const { operation, resource } = call.plan;
  if (resource === undefined) throw new TypeError("A channel has a key");
  const id = call.request.id ?? "";
  const row = await call.session.get(resource.name, id, { access: call.access });
  if (row === undefined) throw notFound(resource.name, id);
  if (!row.allowed) throw denied(operation, id);
  call.current = row;
}
