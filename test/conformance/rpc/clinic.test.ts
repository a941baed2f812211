import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { fromBinary, fromJson, type JsonValue, type Message, toBinary, toJson } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { compile, service } from "concordat";
import { type RunningService, startService } from "concordat/server";
import { chromium } from "playwright-core";
import clinic from "../../../examples/clinic/service.ts";
import { emitProto } from "../../../src/contract/emit/index.ts";
import { protoLockOf, updateLock } from "../../../src/contract/evolve/index.ts";
import { toFileDescriptorSet } from "../../../src/wire/grpc/index.ts";
import { bundle } from "../../browser/bundle.ts";
import {
  createRpcRegistry,
  type RpcRegistry,
  readDetails,
  readStatusDetails,
} from "../../support/rpc-registry.ts";
import { type ServedClinic, serveClinic } from "../../support/serve-clinic.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../../..");
const BUF = join(ROOT, "node_modules/.bin/buf");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Debian's own, which its packages python3-grpcio and protobuf-compiler-grpc are for. */
const PYTHON = process.env.PYTHON_GRPC ?? "/usr/bin/python3";
const GRPC_PLUGIN = "/usr/bin/grpc_python_plugin";

const noPython = await Promise.all([run(PYTHON, ["-c", "import grpc"]), run("protoc", ["--version"])]).then(
  () => (existsSync(GRPC_PLUGIN) ? false : "no grpc_python_plugin: install protobuf-compiler-grpc"),
  () => `no grpcio for ${PYTHON}, or no protoc: install python3-grpcio and protobuf-compiler-grpc`,
);
const noChromium = existsSync(CHROMIUM) ? false : `no Chromium at ${CHROMIUM}`;

test("Python's grpcio and a browser are there to test with", {
  skip: process.env.CI === "true" ? false : noPython || noChromium,
}, () => {
  assert.deepEqual([noPython, noChromium], [false, false]);
});

const READINGS = [
  { takenAt: "2026-11-21T08:00:00Z", heartRate: 60 },
  { takenAt: "2026-11-21T08:00:01Z", heartRate: 70 },
];

describe("the clinic, called by clients of others", { timeout: 240_000 }, () => {
  let served: ServedClinic;
  let registry: RpcRegistry;
  before(async () => {
    served = await serveClinic();
    registry = createRpcRegistry(compile(clinic.api));
  });
  after(() => served.close());
  const address = () => new URL(served.url).host;

  describe("@grpc/grpc-js", () => {
    let client: grpc.Client;
    before(() => {
      client = new grpc.Client(address(), grpc.credentials.createInsecure());
    });
    after(() => client.close());
    const methodOf = (operation: string) => {
      const method = registry.method(operation)!;
      return {
        path: `/${method.parent.typeName}/${method.name}`,
        write: (message: Message) => Buffer.from(toBinary(method.input, message)),
        read: (bytes: Buffer) => fromBinary(method.output, bytes),
        from: (json: JsonValue) => fromJson(method.input, json),
        to: (message: Message | undefined) => toJson(method.output, message!) as Record<string, any>,
      };
    };
    const as = (who: string) => {
      const metadata = new grpc.Metadata();
      metadata.set("authorization", `Bearer ${served.keys[who]}`);
      return metadata;
    };

    test("unary calls, and their errors with details", async () => {
      const { path, write, read, from, to } = methodOf("appointment.list");
      const ask = (metadata: grpc.Metadata) =>
        new Promise<Record<string, any>>((resolve, reject) => {
          client.makeUnaryRequest(path, write, read, from({ pageSize: 1 }), metadata, (error, answer) =>
            error === null ? resolve(to(answer)) : reject(error),
          );
        });
      assert.equal((await ask(as("ada"))).appointments.length, 1);
      const error = await ask(new grpc.Metadata()).then(
        () => assert.fail("it succeeded"),
        (reason: grpc.ServiceError) => reason,
      );
      assert.equal(error.code, grpc.status.UNAUTHENTICATED);
      const [status] = error.metadata.get("grpc-status-details-bin");
      const details = readDetails(registry, readStatusDetails(status as Buffer));
      assert.equal(details.get("google.rpc.ErrorInfo").reason, "UNAUTHENTICATED");
    });

    test("a server stream", async () => {
      const { path, write, read, from, to } = methodOf("openSlots");
      const { providers } = await new Promise<Record<string, any>>((resolve, reject) => {
        const list = methodOf("provider.list");
        client.makeUnaryRequest(list.path, list.write, list.read, list.from({}), (error, answer) =>
          error === null ? resolve(list.to(answer)) : reject(error),
        );
      });
      const stream = client.makeServerStreamRequest(path, write, read, from({ provider: providers[0].id }));
      const times: string[] = [];
      for await (const message of stream) times.push(to(message).startsAt);
      assert.ok(times.length > 30);
      assert.deepEqual(times, [...times].sort());
    });

    test("a client stream", async () => {
      const { path, write, read, from, to } = methodOf("recordVitals");
      const summary = await new Promise<Record<string, any>>((resolve, reject) => {
        const stream = client.makeClientStreamRequest(path, write, read, as("ada"), (error, answer) =>
          error === null ? resolve(to(answer)) : reject(error),
        );
        for (const reading of READINGS) stream.write(from(reading));
        stream.end();
      });
      assert.deepEqual([summary.readings, summary.heartRate], [2, { minimum: 60, maximum: 70, mean: 65 }]);
    });

    test("a client stream takes no idempotency key, and says so", async () => {
      const { path, write, read } = methodOf("recordVitals");
      const metadata = as("ada");
      metadata.set("idempotency-key", "vitals-1");
      const error = await new Promise<grpc.ServiceError | null>((resolve) => {
        client.makeClientStreamRequest(path, write, read, metadata, resolve);
      });
      assert.equal(error?.code, grpc.status.INVALID_ARGUMENT);
      const [status] = error.metadata.get("grpc-status-details-bin");
      const { fieldViolations } = readDetails(registry, readStatusDetails(status as Buffer)).get(
        "google.rpc.BadRequest",
      );
      assert.deepEqual(
        fieldViolations.map(({ field }: { readonly field: string }) => field),
        ["idempotency-key"],
      );
      assert.match(fieldViolations[0].description, /unique field/);
    });

    test("health, also while it is watched", async () => {
      // HealthCheckRequest without a service; HealthCheckResponse with field 1.
      const watch = client.makeServerStreamRequest(
        "/grpc.health.v1.Health/Watch",
        () => Buffer.alloc(0),
        (bytes: Buffer) => bytes[1],
        undefined,
      );
      watch.on("error", () => {});
      const [status] = (await Promise.race([once(watch)])) as [number];
      assert.equal(status, 1, "SERVING");
      watch.cancel();
    });
  });

  test("Python's grpcio, from the .proto files: every kind of call the clinic has", {
    skip: noPython,
  }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "concordat-python-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const model = compile(clinic.api);
    const files = emitProto(model);
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const paths = [...files.keys()];
    const out = ["--python_out=.", "--grpc_out=.", `--plugin=protoc-gen-grpc=${GRPC_PLUGIN}`];
    await run("protoc", ["-I.", ...out, ...paths], { cwd: folder });
    writeFileSync(join(folder, "call.py"), PYTHON_CALLS);
    const { stdout } = await run(PYTHON, ["call.py", address(), served.keys.ada ?? ""], { cwd: folder });
    assert.deepEqual(JSON.parse(stdout), {
      providers: 3,
      unauthenticated: "UNAUTHENTICATED",
      sorted: true,
      readings: 2,
      mean: 65,
      wrong: "INVALID_ARGUMENT",
      requestId: true,
    });
  });

  for (const protocol of ["grpc", "grpcweb", "connect"]) {
    test(`buf curl --protocol ${protocol}, by reflection`, async () => {
      const curl = (method: string, data: string, ...more: string[]) =>
        run(BUF, [
          "curl",
          "--protocol",
          protocol,
          "--http2-prior-knowledge",
          "-d",
          data,
          ...more,
          `${served.url}/clinic.v2.${method}`,
        ]);
      const listed = JSON.parse((await curl("ProviderService/ListProviders", '{"page_size":2}')).stdout);
      assert.equal(listed.providers.length, 2);
      const ada = ["-H", `authorization: Bearer ${served.keys.ada}`];
      const vitals = READINGS.map((reading) => JSON.stringify(reading)).join("");
      assert.equal(JSON.parse((await curl("ClinicService/RecordVitals", vitals, ...ada)).stdout).readings, 2);
      const refused = await curl("AppointmentService/ListAppointments", "{}").then(
        () => assert.fail("it succeeded"),
        (error: { stderr: string }) => error.stderr,
      );
      assert.match(refused, /unauthenticated/);
      assert.match(refused, /google\.rpc\.ErrorInfo/);
    });
  }

  test("buf curl finds all services by reflection, v1 and v1alpha", async () => {
    for (const version of ["grpc-v1", "grpc-v1alpha"]) {
      const { stdout } = await run(BUF, [
        "curl",
        "--http2-prior-knowledge",
        "--reflect-protocol",
        version,
        "--list-services",
        served.url,
      ]);
      for (const name of [
        "clinic.v2.AppointmentService",
        "clinic.v2.ClinicService",
        "grpc.health.v1.Health",
      ]) {
        assert.ok(stdout.split("\n").includes(name), `${name} in ${version}`);
      }
    }
  });

  test("a browser, with Connect's client for the web, over Connect and gRPC-Web", {
    skip: noChromium,
  }, async (t) => {
    const set = Buffer.from(toFileDescriptorSet(registry.schema)).toString("base64");
    const { code } = await bundle(PAGE.replace("DESCRIPTORS", JSON.stringify(set)));
    const site = await serveSite(served.url, code);
    t.after(() => {
      site.close();
      site.closeAllConnections();
    });
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    t.after(() => browser.close());
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    const seen = await page.evaluate(
      `import("/page.js").then(({ run }) => run(${JSON.stringify(served.keys.ada)}))`,
    );
    const expected = { providers: 3, slots: true, mine: 2, code: 16, reason: "UNAUTHENTICATED" };
    assert.deepEqual(seen, { connect: expected, grpcWeb: expected });
  });
});

test("a server that is not for development keeps its services to itself, unless the contract says so", async () => {
  const listServices = async (reflection: "always" | "dev" | "never") => {
    const quiet = service(
      { ...clinic.api, options: { ...clinic.api.options, rpc: { reflection } } },
      clinic.handlers,
    );
    const data = mkdtempSync(join(tmpdir(), "concordat-reflection-"));
    const common = { dataDir: data, logger: { info: () => {}, warn: () => {}, error: () => {} } } as const;
    // Once to make its tables.
    await (await startService(quiet, { ...common, mode: "dev" })).close();
    let running: RunningService | undefined;
    try {
      running = await startService(quiet, { ...common, mode: "serve" });
      return await run(BUF, ["curl", "--http2-prior-knowledge", "--list-services", running.url]).then(
        ({ stdout }) => stdout.includes("clinic.v2.SlotService"),
        ({ stderr }) => String(stderr),
      );
    } finally {
      await running?.close();
      rmSync(data, { recursive: true, force: true });
    }
  };
  assert.equal(await listServices("always"), true);
  assert.match(String(await listServices("dev")), /reflection|unimplemented/i);
});

test("the numbers of the lock are those of the server", async () => {
  const model = compile(clinic.api);
  const lock = updateLock(model);
  const locked = lock.protobuf["clinic.v2"]!;
  // As if the name had been declared after everything else.
  const provider = locked.messages.Provider!;
  const fields = { ...provider.fields, name: { ...provider.fields.name!, number: 99 } };
  const messages = { ...locked.messages, Provider: { ...provider, fields } };
  const moved = { ...lock, protobuf: { "clinic.v2": { ...locked, messages } } };
  const served = await serveClinic(clinic, { lock: moved });
  try {
    const registry = createRpcRegistry(model, protoLockOf(model, moved));
    assert.equal(registry.message("clinic.v2.Provider").field.name?.number, 99);
    const client = new grpc.Client(new URL(served.url).host, grpc.credentials.createInsecure());
    const method = registry.method("provider.list")!;
    const answer = await new Promise<Message>((resolve, reject) => {
      client.makeUnaryRequest(
        "/clinic.v2.ProviderService/ListProviders",
        () => Buffer.alloc(0),
        (bytes: Buffer) => fromBinary(method.output, bytes),
        undefined,
        (error, value) => (error === null ? resolve(value!) : reject(error)),
      );
    });
    client.close();
    const { providers } = toJson(method.output, answer) as { providers: { name: string }[] };
    assert.deepEqual(providers.map(({ name }) => name).sort(), [
      "Dr. Ngozi Okafor",
      "Dr. Wei Chen",
      "Dr. Zoé Moreau",
    ]);
  } finally {
    await served.close();
  }
});

test("who watches health is told that the server closes, and their stream ends", async () => {
  const data = mkdtempSync(join(tmpdir(), "concordat-health-"));
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const running = await startService(clinic, { mode: "dev", dataDir: data, logger });
  const client = new grpc.Client(new URL(running.url).host, grpc.credentials.createInsecure());
  try {
    // A name of a service of ours in field 1.
    const name = Buffer.from("clinic.v2.SlotService");
    const request = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
    const stream = client.makeServerStreamRequest(
      "/grpc.health.v1.Health/Watch",
      () => request,
      (bytes: Buffer) => bytes[1],
      undefined,
    );
    const told: unknown[] = [];
    const ended = new Promise<grpc.ServiceError>((resolve) => stream.on("error", resolve));
    await new Promise<void>((resolve) => {
      stream.on("data", (status: unknown) => {
        told.push(status);
        resolve();
      });
    });
    const closed = running.close({ noticeMs: 500 });
    assert.equal((await ended).code, grpc.status.UNAVAILABLE);
    assert.deepEqual(told, [1, 2], "SERVING, NOT_SERVING");
    await closed;
  } finally {
    client.close();
    await running.close();
    rmSync(data, { recursive: true, force: true });
  }
});

function once(stream: grpc.ClientReadableStream<unknown>): Promise<[unknown]> {
  return new Promise((resolve) => stream.once("data", (value) => resolve([value])));
}

const PYTHON_CALLS = `
import json, sys
import grpc
from clinic.v2 import appointment_service_pb2, appointment_service_pb2_grpc
from clinic.v2 import clinic_service_pb2, clinic_service_pb2_grpc
from clinic.v2 import provider_service_pb2, provider_service_pb2_grpc

address, key = sys.argv[1:]
channel = grpc.insecure_channel(address)
providers = provider_service_pb2_grpc.ProviderServiceStub(channel)
clinic = clinic_service_pb2_grpc.ClinicServiceStub(channel)
appointments = appointment_service_pb2_grpc.AppointmentServiceStub(channel)
ada = (("authorization", "Bearer " + key),)

listed = providers.ListProviders(provider_service_pb2.ListProvidersRequest()).providers
try:
    appointments.ListAppointments(appointment_service_pb2.ListAppointmentsRequest())
except grpc.RpcError as error:
    unauthenticated = error

slots = clinic.OpenSlots(clinic_service_pb2.OpenSlotsRequest(provider=listed[0].id))
times = [slot.starts_at.ToMilliseconds() for slot in slots]

def readings(*rates):
    for at, rate in enumerate(rates):
        reading = clinic_service_pb2.RecordVitalsRequest(heart_rate=rate)
        reading.taken_at.FromJsonString("2026-11-21T08:00:0%dZ" % at)
        yield reading

summary = clinic.RecordVitals(readings(60, 70), metadata=ada)
try:
    clinic.RecordVitals(readings(60, 0), metadata=ada)
except grpc.RpcError as error:
    wrong = error
print(json.dumps({
    "providers": len(listed),
    "unauthenticated": unauthenticated.code().name,
    "sorted": len(times) > 30 and times == sorted(times),
    "readings": summary.readings,
    "mean": summary.heart_rate.mean,
    "wrong": wrong.code().name,
    "requestId": any(name == "x-request-id" for name, value in list(wrong.initial_metadata()) + list(wrong.trailing_metadata())),
}))
`;

const PAGE = `
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";

const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, Uint8Array.from(atob(DESCRIPTORS), (c) => c.charCodeAt(0))));
const service = (name: string) => files.getService("clinic.v2." + name)!;

async function call(transport: any, key: string) {
  const providers: any = createClient(service("ProviderService"), transport);
  const clinic: any = createClient(service("ClinicService"), transport);
  const appointments: any = createClient(service("AppointmentService"), transport);
  const { providers: listed } = await providers.listProviders({});
  let slots = 0;
  for await (const slot of clinic.openSlots({ provider: listed[0].id })) slots += slot.startsAt === undefined ? 0 : 1;
  const mine = await appointments.listAppointments({}, { headers: { authorization: "Bearer " + key } });
  const refused = await appointments.listAppointments({}).catch((reason: unknown) => ConnectError.from(reason));
  const [info] = refused.details;
  const reason = new TextDecoder().decode(info.value).includes("UNAUTHENTICATED") ? "UNAUTHENTICATED" : "none";
  return { providers: listed.length, slots: slots > 30, mine: mine.appointments.length, code: refused.code, reason };
}

export async function run(key: string) {
  const baseUrl = location.origin;
  return {
    connect: await call(createConnectTransport({ baseUrl, useHttpGet: true }), key),
    grpcWeb: await call(createGrpcWebTransport({ baseUrl }), key),
  };
}
`;

/** A page of the clinic's own origin: what is not the page goes to the clinic. */
function serveSite(clinicUrl: string, code: string): Promise<Server> {
  const forward = (incoming: IncomingMessage, answer: ServerResponse) => {
    const { method = "GET", headers, url = "/" } = incoming;
    const outgoing = request(new URL(url, clinicUrl), { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(outgoing);
  };
  const site = createServer((incoming, answer) => {
    if (incoming.url === "/")
      answer.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Clinic</title>");
    else if (incoming.url === "/page.js")
      answer.writeHead(200, { "content-type": "text/javascript" }).end(code);
    else forward(incoming, answer);
  });
  return new Promise((resolve) => site.listen(0, "127.0.0.1", () => resolve(site)));
}
