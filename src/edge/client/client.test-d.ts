// Types of the client, checked by tsc: a line that must not compile says so.
import { type Api, anyone, api, command, error, query, resource, stream, t } from "../../index.ts";
import { type ClientOptions, createClient, isError, resumeOperation, startOperation } from "./index.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Equal<A, B>): void {}

const Thing = resource("thing", {
  id: t.id("thg"),
  name: t.string(),
  size: t.int64().default(1n),
  seal: t.bytes().optional(),
  pin: t.string().writeOnly(),
  state: t.enum(["open", "closed"]).default("open").readOnly(),
  maker: t.ref("maker").immutable(),
});
const Maker = resource("maker", { id: t.id("mkr"), name: t.string() });
const Paper = resource("paper", {
  id: t.id("pap"),
  scan: t.file(),
  cover: t.file().optional(),
  text: t.text(),
});
const archive = query("archive", { output: t.file() });
const close = Thing.action("close", { input: t.object({ why: t.string(), at: t.timestamp().optional() }) });
const weigh = Thing.action("weigh", { output: t.object({ grams: t.int64() }) });
const time = query("time", { output: t.object({ at: t.timestamp() }), access: [anyone] });
const send = command("send", {
  input: t.object({ to: t.id("mkr"), copies: t.int32().default(1), note: t.string().optional() }),
  output: t.list(t.int64()),
});
const forget = command("forget");
const tooBig = error("too_big", { status: 409, data: t.object({ most: t.int64() }) });
const never = error("never", { status: 409 });

const things = api("things", {
  versions: { v1: "2026-01-01" },
  resources: [Thing, Maker, Paper],
  operations: [
    close,
    weigh,
    time,
    send,
    forget,
    archive,
    Maker.delete(),
    stream("count", { input: t.object({}), output: t.object({}) }),
  ],
  only: { maker: ["get", "list"] },
});
declare const options: ClientOptions;
const client = createClient(things, options);

interface ThingRow {
  id: string;
  name: string;
  size: bigint;
  seal?: Uint8Array;
  state: "open" | "closed";
  maker: string;
  createdAt: string;
  updatedAt: string;
}

export async function rows() {
  const row = await client.thing.get("thg_1");
  same<{ [K in keyof typeof row]: (typeof row)[K] }, ThingRow>(true);
  await client.thing.create({ name: "x", pin: "1234", maker: "mkr_1" });
  await client.thing.create({ name: "x", pin: "1234", maker: "mkr_1", size: 2n, seal: new Uint8Array() });
  // @ts-expect-error: pin is missing
  await client.thing.create({ name: "x", maker: "mkr_1" });
  // @ts-expect-error: set by the server
  await client.thing.create({ name: "x", pin: "1", maker: "mkr_1", state: "open" });
  // @ts-expect-error: a number is no int64
  await client.thing.create({ name: "x", pin: "1", maker: "mkr_1", size: 2 });
  await client.thing.patch("thg_1", { seal: null }, { ifMatch: row, idempotencyKey: "k" });
  // @ts-expect-error: only optional fields are removed
  await client.thing.patch("thg_1", { name: null });
  // @ts-expect-error: immutable
  await client.thing.patch("thg_1", { maker: "mkr_2" });
  // @ts-expect-error: queries take no keys
  await client.thing.get("thg_1", { idempotencyKey: "k" });
  same<Awaited<ReturnType<typeof client.thing.delete>>, undefined>(true);
}

export async function actions() {
  same<Awaited<ReturnType<typeof client.thing.weigh>>, { grams: bigint }>(true);
  const { state } = await client.thing.close("thg_1", { why: "done" });
  same<typeof state, "open" | "closed">(true);
  // @ts-expect-error: input is missing
  await client.thing.close("thg_1");
  // @ts-expect-error: no such action
  await client.thing.open("thg_1");
}

export async function freeOperations() {
  const { at } = await client.time();
  same<typeof at, string>(true);
  same<Awaited<ReturnType<typeof client.send>>, bigint[]>(true);
  await client.send({ to: "mkr_1" });
  // @ts-expect-error: to is missing
  await client.send({ copies: 2 });
  await client.forget({ timeoutMs: 5 });
  // @ts-expect-error: streams have protocols of their own
  client.count;
}

export async function onlyWhatThereIs() {
  await client.maker.get("mkr_1");
  await client.maker.delete("mkr_1");
  // @ts-expect-error: left out by only
  client.maker.create;
  // @ts-expect-error: no such resource
  client.makers;
}

export async function lists() {
  for await (const { size } of client.thing.list({ state: ["open"], size: { gte: 2n }, "maker.name": "x" })) {
    same<typeof size, bigint>(true);
  }
  // @ts-expect-error: no such state
  client.thing.list({ state: "shut" });
  // @ts-expect-error: no such field
  client.thing.list({ colour: "red" });
  const page = await client.thing.list({ fields: ["id", "maker.name"], limit: 3 }).page();
  for (const row of page.data) {
    same<typeof row, { id: string; readonly maker: Readonly<Record<string, unknown>> }>(true);
  }
  const { maker, name } = await client.thing.get("thg_1", { expand: ["maker"] });
  same<typeof maker, Readonly<Record<string, unknown>>>(true);
  same<typeof name, string>(true);
}

export async function operationsInHand() {
  const sent = await client.call(send, { to: "mkr_1" });
  same<typeof sent, bigint[]>(true);
  const { grams } = await client.call(weigh, undefined, { id: "thg_1" });
  same<typeof grams, bigint>(true);
  const made = await client.call(Thing.create(), { name: "x", pin: "1", maker: "mkr_1" });
  same<typeof made.size, bigint>(true);
  const { data } = await client.call(Thing.list());
  same<(typeof data)[number]["size"], bigint>(true);
  // @ts-expect-error: to is missing
  await client.call(send, { copies: 2 });
  const json = await client.call("thing.get", undefined, { id: "thg_1" });
  // @ts-expect-error: JSON, of which nothing is known
  json.name;
}

export async function files(file: File) {
  const { scan, cover } = await client.paper.create({ scan: file, text: "x" });
  same<typeof scan.size, number>(true);
  await client.paper.patch("pap_1", { cover: null, scan: new Blob([]) });
  // @ts-expect-error: what a row says of a file is no file
  await client.paper.create({ scan, text: "x" });
  // @ts-expect-error: scan has to come
  await client.paper.create({ cover: file, text: "x" });
  const { bytes } = await client.paper.downloadScan("pap_1");
  same<typeof bytes, Uint8Array<ArrayBuffer>>(true);
  same<Awaited<ReturnType<typeof client.archive>>["mediaType"], string>(true);
  // @ts-expect-error: no file
  client.paper.downloadText;
  return cover?.name;
}

export async function longRunningOperations() {
  const running = await startOperation(client, send, { to: "mkr_1" });
  const result = await running.wait({ onStatus: ({ progress }) => progress?.fraction });
  same<typeof result, bigint[]>(true);
  const { at } = await resumeOperation(client, time, running.id).wait();
  same<typeof at, string>(true);
  // @ts-expect-error: to is missing
  await startOperation(client, send, {});
}

export function errors(thrown: unknown) {
  if (isError(tooBig, thrown)) same<typeof thrown.data.most, bigint>(true);
  if (isError(never, thrown)) same<typeof thrown.code, string>(true);
}

// A contract of which only that is known that it is one.
export async function anyContract(unknownApi: Api) {
  await createClient(unknownApi, options).call("anything");
}
