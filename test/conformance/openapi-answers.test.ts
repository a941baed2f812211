import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { anyone, api, resource, service, t } from "../../src/index.ts";
import { startService } from "../../src/runtime/server/start-service.ts";
import { type CheckedFetch, createCheckedFetch, type Seen } from "./openapi-checked-fetch.ts";
import { type RunningClinic, startClinic } from "./openapi-clinic.ts";

let clinic: RunningClinic;
let call: CheckedFetch;
let document: any;
const seen: Seen = new Set();
const asAdmin = () => ({ authorization: `Bearer ${clinic.adminKey}` });
const asPatient = () => ({ authorization: `Bearer ${clinic.patientKey}` });
const asProvider = () => ({ authorization: `Bearer ${clinic.providerKey}` });
const withKey = () => ({ ...asPatient(), "idempotency-key": crypto.randomUUID() });
const statusOf = async (answer: ReturnType<CheckedFetch>) => (await answer).status;

before(async () => {
  clinic = await startClinic();
  document = await (await fetch(`${clinic.url}/openapi.json`)).json();
  call = createCheckedFetch(document, clinic.url, seen);
});
after(() => clinic.close());

test("rows, pages and their other forms are what the document says", async () => {
  const headers = asAdmin();
  const providers = await call("GET", "/providers?limit=1");
  const { id } = providers.body.data[0];
  const one = await call("GET", `/providers/${id}`);
  const tag = one.headers.get("etag")!;
  assert.equal(await statusOf(call("GET", `/providers/${id}`, { headers: { "if-none-match": tag } })), 304);
  const hal = { headers: { accept: "application/hal+json" } };
  assert.equal(await statusOf(call("GET", `/providers/${id}`, hal)), 200);
  assert.equal(await statusOf(call("GET", "/slots?limit=2&expand=provider", hal)), 200);
  assert.equal(await statusOf(call("GET", "/slots?limit=2&expand=provider&sort=-startsAt")), 200);
  assert.equal(
    await statusOf(call("GET", "/slots?status=open,booked&startsAt[gte]=2026-01-01T00:00:00Z")),
    200,
  );
  assert.deepEqual(Object.keys((await call("GET", `/providers/${id}?fields=name`)).body), ["name"]);
  assert.equal((await call("GET", "/providers?q=chen")).body.data.length, 1);

  const body = { name: "Dr. Two", specialty: "family", bio: "Second." };
  const made = await call("POST", "/providers", { headers, body });
  const path = `/providers/${made.body.id}`;
  assert.equal(made.headers.get("location"), `/v2${path}`);
  assert.equal(
    await statusOf(call("PUT", path, { headers, body: { name: "Dr. Three", specialty: "family" } })),
    200,
  );
  const minimal = { ...headers, prefer: "return=minimal" };
  assert.equal(await statusOf(call("PATCH", path, { headers: minimal, body: { bio: "Third." } })), 204);
  assert.equal(await statusOf(call("POST", "/providers", { headers: minimal, body })), 201);
  const patch = [{ op: "remove", path: "/bio" }];
  const jsonPatch = { ...headers, "content-type": "application/json-patch+json" };
  assert.equal((await call("PATCH", path, { headers: jsonPatch, body: patch })).body.bio, undefined);
  assert.equal(await statusOf(call("DELETE", path, { headers })), 204);
  assert.equal(await statusOf(call("GET", path)), 404);
});

test("an appointment's whole life is what the document says", async () => {
  const headers = withKey();
  const [slot, second] = clinic.slots;
  const body = { slot, reason: "Palpitations" };
  const booked = await call("POST", "/appointments", { headers, body });
  assert.equal(booked.status, 201);
  const again = await call("POST", "/appointments", { headers, body });
  assert.equal(again.headers.get("idempotent-replayed"), "true");
  const path = `/appointments/${booked.body.id}`;
  const hal = { ...asPatient(), accept: "application/hal+json" };
  assert.ok(
    (await call("GET", `${path}?expand=slot,provider,patient`, { headers: hal })).body._embedded.slot,
  );
  assert.equal(await statusOf(call("GET", `${path}?expand=slot`, { headers: asPatient() })), 200);
  assert.equal(await statusOf(call("GET", "/appointments", { headers: asPatient() })), 200);
  const moved = { headers: asPatient(), body: { slot: second } };
  assert.equal(await statusOf(call("POST", `${path}/reschedule`, moved)), 200);
  assert.equal(await statusOf(call("POST", `${path}/confirm`, { headers: asProvider() })), 200);
  const notes = { headers: asProvider(), body: { notes: "Rest." } };
  assert.equal((await call("PATCH", path, notes)).body.notes, "Rest.");
  assert.equal(await statusOf(call("POST", `${path}/complete`, { headers: asProvider() })), 409, "too early");
  const amount = { appointment: booked.body.id, amount: "120.00" };
  const paid = await call("POST", "/payments", { headers: withKey(), body: amount });
  assert.equal(paid.status, 201);
  assert.equal(await statusOf(call("GET", `/payments/${paid.body.id}`, { headers: asPatient() })), 200);
  assert.equal((await call("GET", "/payments", { headers: asPatient() })).body.data.length, 1);
  await attach(booked.body.id);
  const cancel = { headers: asPatient(), body: { reason: "Better" } };
  assert.equal(await statusOf(call("POST", `${path}/cancel`, cancel)), 200);
  assert.equal(await statusOf(call("POST", `${path}/cancel`, cancel)), 409);
  assert.equal(await statusOf(call("POST", `/slots/${second}/block`, { headers: asAdmin() })), 200);
  assert.equal(await statusOf(call("POST", `/slots/${second}/unblock`, { headers: asAdmin() })), 200);
});

async function attach(appointment: string): Promise<void> {
  const form = (bytes: string, type = "text/plain") => {
    const body = new FormData();
    body.append("appointment", appointment);
    body.append("file", new Blob([bytes], { type }), "result.txt");
    return body;
  };
  const headers = asPatient();
  const made = await call("POST", "/attachments", { headers, body: form("All well.") });
  assert.equal(made.status, 201);
  assert.equal(
    await statusOf(call("POST", "/attachments", { headers, body: form("x", "application/zip") })),
    422,
  );
  const digest = { ...headers, "content-digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:" };
  assert.equal(await statusOf(call("POST", "/attachments", { headers: digest, body: form("x") })), 400);
  assert.equal(await statusOf(call("POST", "/attachments", { headers, body: { appointment } })), 415);
  const path = `/attachments/${made.body.id}`;
  assert.equal(await statusOf(call("GET", path, { headers })), 200);
  assert.equal((await call("GET", "/attachments", { headers })).body.data.length, 1);
  const whole = await call("GET", `${path}/file`, { headers });
  assert.deepEqual([whole.status, whole.body], [200, "All well."]);
  const tag = { ...headers, "if-none-match": whole.headers.get("etag") ?? "" };
  assert.equal(await statusOf(call("GET", `${path}/file`, { headers: tag })), 304);
  for (const [range, status] of [
    ["bytes=0-2", 206],
    ["bytes=0-0,-1", 206],
    ["bytes=100-", 416],
  ] as const) {
    assert.equal(await statusOf(call("GET", `${path}/file`, { headers: { ...headers, range } })), status);
  }
  assert.equal(
    await statusOf(call("GET", `${path}/file`, { headers: { ...headers, "if-match": '"x"' } })),
    412,
  );
  assert.equal(await statusOf(call("DELETE", path, { headers })), 204);
  assert.equal(await statusOf(call("GET", `${path}/file`, { headers })), 404);
}

test("long-running operations are what the document says", async () => {
  const accepted = await call("POST", "/exports", { headers: { ...withKey(), prefer: "respond-async" } });
  assert.equal(accepted.status, 202);
  assert.equal(accepted.headers.get("preference-applied"), "respond-async");
  const path = `/operations/${accepted.body.id}`;
  assert.ok(accepted.headers.get("location")?.endsWith(path));
  for (let running = true; running; ) {
    const polled = await call("GET", path, { headers: asPatient() });
    running = !polled.body.done;
    assert.equal(polled.headers.has("retry-after"), running);
  }
  assert.equal(await statusOf(call("GET", "/operations", { headers: asPatient() })), 200);
  assert.equal(await statusOf(call("POST", `${path}/cancel`, { headers: asPatient() })), 409, "it has ended");
  assert.equal(await statusOf(call("GET", path, { headers: asProvider() })), 404);
  // A busy machine may answer 202 here too; both are what the document says.
  const direct = await call("POST", "/exports", { headers: { ...withKey(), prefer: "wait=9" } });
  assert.ok([200, 202].includes(direct.status));
});

test("a batch is what the document says", async () => {
  const headers = asPatient();
  const requests = [
    { id: "mine", method: "GET", path: "/v2/appointments?limit=1" },
    { id: "nobody", method: "GET", path: "/v2/providers/prv_01m6b5cjm0eqattxhak44pypm5" },
  ];
  const whole = await call("POST", "/batch", { headers, body: { requests } });
  assert.deepEqual(
    whole.body.responses.map(({ id, status }: { id: string; status: number }) => [id, status]),
    [
      ["mine", 200],
      ["nobody", 404],
    ],
  );
  assert.equal(await statusOf(call("POST", "/batch", { headers, body: { requests: [] } })), 422);
});

test("patients and slots are what the document says", async () => {
  const headers = asAdmin();
  const ada = { name: "Ada", email: "ada2@example.com", birthDate: "1985-12-10", phone: "+442079460018" };
  const { body: patient } = await call("POST", "/patients", { headers, body: ada });
  const path = `/patients/${patient.id}`;
  assert.equal(await statusOf(call("GET", path, { headers })), 200);
  assert.equal((await call("PATCH", path, { headers, body: { phone: null } })).body.phone, undefined);
  assert.equal(await statusOf(call("PUT", path, { headers, body: ada })), 200);
  assert.equal((await call("GET", "/patients", { headers })).body.data.length, 2);
  assert.equal(await statusOf(call("DELETE", path, { headers })), 204);

  const { provider } = (await call("GET", `/slots/${clinic.slots[0]}`)).body;
  const times = { startsAt: "2100-01-01T09:00:00Z", endsAt: "2100-01-01T10:00:00Z" };
  const made = await call("POST", "/slots", { headers: asProvider(), body: { provider, ...times } });
  const slot = `/slots/${made.body.id}`;
  const later = { endsAt: "2100-01-01T11:00:00Z" };
  assert.equal(await statusOf(call("PATCH", slot, { headers, body: later })), 200);
  assert.equal(await statusOf(call("PUT", slot, { headers, body: { provider, ...times } })), 200);
  assert.equal(await statusOf(call("DELETE", slot, { headers })), 204);
});

test("errors are what the document says", async () => {
  const slot = clinic.slots[2];
  const book = (init: object) => statusOf(call("POST", "/appointments", init));
  const body = { slot, reason: "Cough" };
  assert.equal(await book({ headers: asPatient(), body }), 400, "no idempotency key");
  assert.equal(await book({ headers: withKey(), body: "{" }), 400);
  assert.equal(await book({ headers: { "idempotency-key": "k" }, body }), 401);
  assert.equal(await book({ headers: { ...asAdmin(), "idempotency-key": "k" }, body }), 403);
  assert.equal(await book({ headers: { ...withKey(), accept: "text/csv" }, body }), 406);
  assert.equal(await book({ headers: { ...withKey(), "content-type": "text/plain" }, body }), 415);
  assert.equal(await book({ headers: withKey(), body: { slot, reason: "x".repeat(2_000_000) } }), 413);
  assert.equal(await book({ headers: withKey(), body: { slot: "x", reason: "", extra: 1 } }), 422);
  const unknown = "slot_01m6b5cjm0eqattxhak44pypm5";
  assert.equal(await book({ headers: withKey(), body: { ...body, slot: unknown } }), 422, "no such slot");
  assert.equal(await statusOf(call("GET", `/slots/${unknown}`)), 404);
  const headers = withKey();
  assert.equal(await book({ headers, body }), 201);
  assert.equal(await book({ headers, body: { ...body, reason: "Other" } }), 422, "reused key");
  assert.equal(await book({ headers: withKey(), body }), 409, "slot_taken");
  assert.equal(await statusOf(call("GET", "/slots?nonsense=1")), 400);
  assert.equal(await statusOf(call("GET", "/slots?cursor=zzz")), 400);
  assert.equal(await statusOf(call("GET", "/slots", { headers: { authorization: "Bearer nobody" } })), 401);
  assert.equal(await statusOf(call("GET", "/slots", { headers: { "x-request-timeout-ms": "soon" } })), 400);
  const patient = { name: "A", email: "ada@example.com", birthDate: "1985-12-10" };
  assert.equal(
    await statusOf(call("POST", "/patients", { headers: asAdmin(), body: patient })),
    409,
    "unique",
  );
  const stale = { ...asAdmin(), "if-match": '"v99.x"' };
  const { provider } = (await call("GET", `/slots/${slot}`)).body;
  const path = `/providers/${provider}`;
  assert.equal(await statusOf(call("PATCH", path, { headers: stale, body: { bio: "x" } })), 412);
  assert.equal(await statusOf(call("DELETE", path, { headers: asAdmin() })), 409, "slots refer to it");
  assert.equal(await statusOf(call("GET", "/slots", { headers: { "x-long": "x".repeat(60_000) } })), 431);
  assert.equal(await statusOf(call("GET", `/slots?q=${"x".repeat(20_000)}`)), 414);
});

test("what was recorded as a stream, which REST has not, is read as the document says", async () => {
  const reading = Buffer.from(JSON.stringify({ takenAt: "2026-11-21T08:00:00Z", heartRate: 60 }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(reading.length, 1);
  const answer = await fetch(`${clinic.url}/clinic.v2.ClinicService/RecordVitals`, {
    method: "POST",
    headers: { ...asPatient(), "content-type": "application/connect+json" },
    body: Buffer.concat([head, reading]),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const { measurement } = JSON.parse(bytes.toString("utf8", 5, 5 + bytes.readUInt32BE(1)));
  const row = await call("GET", `/measurements/${measurement}`, { headers: asPatient() });
  assert.deepEqual([row.status, row.body.readings], [200, 1]);
  assert.equal((await call("GET", "/measurements", { headers: asPatient() })).body.data.length, 1);
});

test("every operation of the clinic was answered well at least once", () => {
  const missing: string[] = [];
  for (const [path, item] of Object.entries<any>(document.paths)) {
    for (const method of Object.keys(item)) {
      const name = `${method.toUpperCase()} ${path}`;
      if (![...seen].some((one) => one.startsWith(`${name} 2`))) missing.push(name);
    }
  }
  // Time has to pass before an appointment can be completed; an export ends before it can be cancelled.
  assert.deepEqual(missing, ["POST /appointments/{id}/complete", "POST /operations/{id}/cancel"]);
});

test("values of every type come back as the document says", async () => {
  const Thing = resource(
    "thing",
    {
      id: t.id("thg"),
      parent: t.ref("thing").optional(),
      text: t.string(),
      flag: t.bool(),
      small: t.int32(),
      large: t.int64(),
      real: t.float64(),
      exact: t.decimal({ precision: 12, scale: 4 }),
      price: t.money({ currency: "KWD" }),
      at: t.timestamp(),
      day: t.date().nullable(),
      span: t.duration(),
      blob: t.bytes(),
      kind: t.enum(["a", "b"]).default("a"),
      list: t.list(t.int64()),
      map: t.map(t.timestamp()),
      shape: t.union("kind", { circle: t.object({ radius: t.float64() }), dot: t.object({}) }),
      free: t.json().optional(),
    },
    { access: { read: [anyone], write: [anyone] } },
  );
  const things = api("things", { versions: { v1: "2026-01-01" }, resources: [Thing] });
  const running = await startService(service(things, []), {
    mode: "dev",
    dataDir: "memory",
    logLevel: "error",
  });
  try {
    const described = await (await fetch(`${running.url}/openapi.json`)).json();
    const request = createCheckedFetch(described, running.url, new Set());
    const body = {
      text: "é\u0001😀",
      flag: false,
      small: -5,
      large: "9223372036854775807",
      real: 1e-7,
      exact: "12.5",
      price: "-0.125",
      at: "2026-11-01T10:00:00.123456+01:00",
      day: null,
      span: "-PT1.5S",
      blob: "AAEC/w==",
      list: [1, "-9007199254740993"],
      map: { "~/": "2026-11-01T09:00:00z" },
      shape: { kind: "circle", radius: 2 },
      free: { deep: [null, 1, { a: "b" }] },
    };
    const made = await request("POST", "/things", { body });
    assert.equal(made.status, 201);
    assert.equal(made.body.exact, "12.5000");
    const child = await request("POST", "/things", {
      body: { ...body, parent: made.body.id, shape: { kind: "dot" } },
    });
    assert.equal(
      (await request("GET", `/things/${child.body.id}?expand=parent`)).body.parent.id,
      made.body.id,
    );
    assert.equal((await request("GET", "/things?limit=2")).body.data.length, 2);
  } finally {
    await running.close();
  }
});
