import { channel, command, event, handle, query, resource, stream, t } from "concordat";

const Room = resource("room", {
  id: t.id("rm"),
  name: t.string(),
  seats: t.int64().default(1n),
  note: t.text().optional(),
  state: t.enum(["open", "shut"]).readOnly(),
});
const roomShut = event("room.shut", Room);

handle(Room.create(), async ({ input, db, principal, emit }) => {
  const seats: bigint = input.seats;
  const note: string | undefined = input.note;
  // @ts-expect-error The server sets it: no input has it.
  input.state;
  const room = await db.insert(Room, { ...input, seats, state: "open" });
  // @ts-expect-error A field that the server sets must be given by the handler.
  await db.insert(Room, { name: "x" });
  // @ts-expect-error Not one of the enum's values.
  await db.update(Room, room.id, { state: "gone" });
  await db.update(Room, room.id, { note: note ?? null });
  // @ts-expect-error Only optional fields can be removed.
  await db.update(Room, room.id, { name: null });
  emit(roomShut, room);
  // @ts-expect-error Not the event's payload.
  emit(roomShut, { id: principal.id });
  return room;
});

handle(Room.action("shut", { input: t.object({ why: t.string() }) }), ({ current, input }) => {
  const why: string = input.why;
  return { ...current, state: why === "" ? current.state : "shut" };
});

// @ts-expect-error The answer must be the row.
handle(Room.action("shut"), () => ({ shut: true }));

handle(Room.patch(), ({ input, current, db }) => {
  const name: string | undefined = input.name;
  const note: string | null | undefined = input.note;
  return db.update(Room, current.id, { ...(name ? { name } : {}), ...(note === undefined ? {} : { note }) });
});

handle(Room.list(), ({ input, db }) => db.list(Room, { ...input, limit: Math.min(input.limit, 5) }));
handle(Room.get(), ({ id, db }) => db.get(Room, id));
handle(Room.delete(), async ({ current, db }) => {
  await db.delete(Room, current.id);
});

const add = query("add", { input: t.object({ left: t.int32() }), output: t.object({ sum: t.int64() }) });
handle(add, ({ input }) => ({ sum: BigInt(input.left) }));
// @ts-expect-error int64 is bigint.
handle(add, ({ input }) => ({ sum: input.left }));

const ping = command("ping", {});
handle(ping, ({ input }) => {
  const none: undefined = input;
  return none;
});

const count = stream("count", { input: t.object({ to: t.int32() }), output: t.object({ n: t.int32() }) });
handle(count, async function* ({ input }) {
  for (let n = 0; n < input.to; n++) yield { n };
});
// @ts-expect-error A stream's handler gives many values.
handle(count, async () => ({ n: 1 }));

const total = stream("total", {
  direction: "client",
  input: t.object({ n: t.int64() }),
  output: t.object({ sum: t.int64() }),
});
handle(total, async ({ input, db, emit }) => {
  let sum = 0n;
  for await (const { n } of input) sum += n;
  emit(roomShut, await db.insert(Room, { name: "x", state: "open" }));
  return { sum };
});
// @ts-expect-error A client stream's handler gives one value.
handle(total, async function* () {
  yield { sum: 1n };
});

const talk = channel("talk", {
  key: Room,
  send: t.object({ text: t.string() }),
  receive: t.object({ echo: t.string() }),
});
handle(talk, async function* ({ input, current }) {
  const seats: bigint = current.seats;
  for await (const { text } of input) yield { echo: `${seats} ${text}` };
});
handle(talk, async function* ({ input }) {
  // @ts-expect-error Not what the channel takes.
  for await (const { words } of input) yield { echo: words };
});

const pay = command("pay", { output: t.object({ reference: t.string() }), idempotency: "required" });
handle(pay, async ({ step }) => {
  const charge = await step("charge", async ({ idempotencyKey, signal, attempt }) => {
    signal.throwIfAborted();
    return { reference: idempotencyKey, attempt };
  });
  const attempt: number = charge.attempt;
  await step("tell", async () => {});
  // @ts-expect-error A Date would come back as a text.
  await step("when", () => new Date());
  // @ts-expect-error There is no such option.
  await step("again", () => attempt, { retry: 1 });
  return { reference: charge.reference };
});
