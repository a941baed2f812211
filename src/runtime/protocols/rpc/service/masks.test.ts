import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { anyone, api, bearerTokens, owner, resource, role, service, signedIn, t } from "concordat";
import { type RunningService, startService } from "concordat/server";

const Team = resource(
  "team",
  { id: t.id("team"), name: t.string() },
  { access: { read: [anyone], write: [anyone] } },
);
const Member = resource(
  "member",
  {
    id: t.id("mem"),
    person: t.string().readOnly(),
    name: t.string(),
    rank: t.int32().nullable().default(null),
    team: t.ref(() => Team).optional(),
    tags: t.list(t.string()),
    marks: t.list(t.int32()).optional(),
    address: t
      .object({
        street: t.string(),
        zipCode: t.string().optional(),
        place: t.object({ lat: t.float64(), lines: t.list(t.string()).optional() }).optional(),
      })
      .optional(),
    extra: t.json().optional(),
    salary: t.int64().visibleTo("admin").optional(),
    diary: t.string().visibleTo("owner").optional(),
    pin: t.string().writeOnly().optional(),
    badge: t.string().immutable().optional(),
  },
  { owner: "person", access: { read: [signedIn], create: [signedIn], write: [owner, role("admin")] } },
);
const club = service(
  api("club", {
    versions: { v1: "2026-01-01" },
    resources: [Team, Member],
    authentication: [bearerTokens()],
  }),
  [],
  {
    authenticate: ({ token }) => {
      const [id = "", ...roles] = token.split(".");
      return { id, roles };
    },
  },
);

type Json = Readonly<Record<string, any>>;

let running: RunningService;
before(async () => {
  running = await startService(club, {
    mode: "dev",
    dataDir: "memory",
    logger: { info: () => {}, warn: () => {}, error: console.error },
  });
});
after(() => running.close());

async function send(path: string, body: Json, headers: Json = {}): Promise<{ status: number; json: Json }> {
  const response = await fetch(new URL(path, running.url), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer ada", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Json };
}

const call = (method: string, body: Json, headers?: Json) =>
  send(`/club.v1.MemberService/${method}`, body, headers);

const ROW = {
  name: "Ada",
  rank: 3,
  tags: ["a"],
  marks: [1],
  address: { street: "Elm", zipCode: "1", place: { lat: 1.5, lines: ["x"] } },
  extra: '{"a":1}',
  diary: "dear",
  pin: "1",
  badge: "b",
} as const;

async function made(): Promise<Json> {
  const { json } = await call("CreateMember", ROW);
  await call("UpdateMember", { id: json.member.id, salary: "5" }, { authorization: "Bearer root.admin" });
  return json.member;
}

/** What an update changes of a row that has every field: undefined where it takes a field away. */
async function changes(body: Json, headers?: Json): Promise<Json> {
  const before = await made();
  const { status, json } = await call("UpdateMember", { id: before.id, ...body }, headers);
  assert.equal(status, 200, JSON.stringify(json));
  const { member } = (await call("GetMember", { id: before.id })).json;
  const names = [...new Set([...Object.keys(before), ...Object.keys(member)])];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(member[name]));
  return Object.fromEntries(
    changed.filter((name) => name !== "updatedAt").map((name) => [name, member[name]]),
  );
}

async function refused(body: Json): Promise<readonly (readonly [string, string])[]> {
  const { id } = await made();
  const { status, json } = await call("UpdateMember", { id, ...body });
  assert.equal(status, 400, JSON.stringify(json));
  const found = json.details.find(({ type }: Json) => type === "google.rpc.BadRequest");
  return found.debug.fieldViolations.map(({ field, reason }: Json) => [field, reason]);
}

const { address } = ROW;

test("a path into an object changes that part and leaves the others", async () => {
  const given = { address: { street: "Oak", zipCode: "2", place: { lat: 9 } } };
  assert.deepEqual(await changes({ ...given, updateMask: "address.zipCode" }), {
    address: { ...address, zipCode: "2" },
  });
  assert.deepEqual(
    await changes({ ...given, updateMask: "address.place.lat,address.street,name", name: "Eve" }),
    {
      name: "Eve",
      address: { street: "Oak", zipCode: "1", place: { lat: 9, lines: ["x"] } },
    },
  );
  assert.deepEqual(await changes({ ...given, updateMask: "address,address.zipCode" }), {
    address: given.address,
  });
});

test("a path that is named and not set is removed, as far as the rules let it", async () => {
  assert.deepEqual(await changes({ updateMask: "address.zipCode" }), {
    address: { street: "Elm", place: address.place },
  });
  assert.deepEqual(await changes({ updateMask: "address.place" }), {
    address: { street: "Elm", zipCode: "1" },
  });
  assert.deepEqual(await refused({ updateMask: "address.street" }), [["address.street", "REQUIRED"]]);
});

test("a path into an object that is not there makes it, or nothing", async () => {
  const { id } = (await call("CreateMember", { name: "Bob" })).json.member;
  await call("UpdateMember", { id, updateMask: "address.zipCode" });
  assert.equal((await call("GetMember", { id })).json.member.address, undefined);
  await call("UpdateMember", { id, updateMask: "address.street", address: { street: "Ash", zipCode: "3" } });
  assert.deepEqual((await call("GetMember", { id })).json.member.address, { street: "Ash" });
});

test("paths that lead to no field, or into what is no object, are refused", async () => {
  assert.deepEqual(
    await refused({ updateMask: "address.nope,extra.a,tags.0,name.x,address.,name", name: "x" }),
    [
      ["address.nope", "UNKNOWN_FIELD"],
      ["extra.a", "UNKNOWN_FIELD"],
      ["tags.0", "UNKNOWN_FIELD"],
      ["name.x", "UNKNOWN_FIELD"],
      ["address.", "UNKNOWN_FIELD"],
    ],
  );
});

test("* is every field that the caller may write: what they do not see stays", async () => {
  const rest = { address: undefined, extra: undefined, marks: undefined, tags: undefined };
  const shown = (given: Json) => JSON.parse(JSON.stringify(given));
  const own = await changes({ name: "Eve", updateMask: "*" });
  assert.deepEqual(shown(own), shown({ ...rest, name: "Eve", rankIsNull: true, diary: undefined }));
  assert.ok("diary" in own && "marks" in own && !("badge" in own));
  const { id } = await made();
  const admin = { authorization: "Bearer root.admin" };
  await call("UpdateMember", { id, name: "Eve", updateMask: "*" });
  assert.equal((await call("GetMember", { id }, admin)).json.member.salary, "5");
  await call("UpdateMember", { id, name: "Eve", diary: undefined, updateMask: "*" }, admin);
  assert.equal((await call("GetMember", { id }, admin)).json.member.salary, undefined);
});

test("what no field has is refused beside a mask too", async () => {
  for (const updateMask of ["name", "*", "address.street"]) {
    assert.deepEqual(await refused({ ...ROW, pin: undefined, badge: undefined, nope: 1, updateMask }), [
      ["nope", "UNKNOWN_FIELD"],
    ]);
  }
});

test("a masked patch is done once under its key, and known by what was sent", async () => {
  const { id } = await made();
  const key = { "idempotency-key": "mask-1" };
  const body = { id, address: { zipCode: "7" }, updateMask: "address.zipCode" };
  const first = await call("UpdateMember", body, key);
  await call("UpdateMember", { id, address: { street: "Fir" }, updateMask: "address" });
  const second = await call("UpdateMember", body, key);
  assert.deepEqual(second.json, first.json);
  assert.deepEqual((await call("GetMember", { id })).json.member.address, { street: "Fir" });
  const other = await call("UpdateMember", { ...body, updateMask: "address.street,address.zipCode" }, key);
  assert.match(JSON.stringify(other.json), /IDEMPOTENCY_KEY_REUSED/);
});

test("two patches of parts of one object at once are both done", async () => {
  const { id } = await made();
  const streets = Array.from({ length: 6 }, (_, at) =>
    at % 2 === 0
      ? call("UpdateMember", { id, address: { street: "Yew" }, updateMask: "address.street" })
      : call("UpdateMember", { id, address: { zipCode: "9" }, updateMask: "address.zipCode" }),
  );
  for (const { status } of await Promise.all(streets)) assert.equal(status, 200);
  assert.deepEqual((await call("GetMember", { id })).json.member.address, {
    ...address,
    street: "Yew",
    zipCode: "9",
  });
});

test("read_mask: * is every field, and a path into a field that is no ref is told once", async () => {
  const row = await made();
  const { json } = await call("GetMember", { id: row.id, readMask: "*" });
  assert.deepEqual({ ...json.member, updatedAt: undefined }, { ...row, updatedAt: undefined });
  const wrong = await call("GetMember", { id: row.id, readMask: "address.street" });
  const { fieldViolations } = wrong.json.details.find(
    ({ type }: Json) => type === "google.rpc.BadRequest",
  ).debug;
  assert.equal(fieldViolations.length, 1);
});

test("an empty page token is the first page", async () => {
  await made();
  const { status, json } = await call("ListMembers", { pageToken: "", pageSize: 1 });
  assert.equal(status, 200);
  assert.equal(json.members.length, 1);
});
