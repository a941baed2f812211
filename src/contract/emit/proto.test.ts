import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fromBinary, toJson } from "@bufbuild/protobuf";
import { type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { atlas } from "../../../examples/atlas/contract.ts";
import { clinic } from "../../../examples/clinic/contract.ts";
import { conduit } from "../../../examples/conduit/contract.ts";
import { api, channel, command, error, resource, stream, t } from "../../index.ts";
import { toFileDescriptorSet } from "../../wire/grpc/index.ts";
import { updateLock } from "../evolve/index.ts";
import { compile, type Model } from "../model/index.ts";
import { describeProto, type ProtoLock } from "../proto/index.ts";
import { emitProto } from "./index.ts";

const versions = { v1: "2026-01-01" };

/** A resource with every kind of type, and names that are hard to spell. */
function odd(extra: Parameters<typeof t.object>[0] = {}): Model {
  const Part = resource(
    "uRLPart",
    { id: t.id("prt"), a1B: t.string(), x: t.enum(["a", "b_1"]) },
    { list: { filter: ["x"] } },
  );
  const inner = t.object({ item: t.list(t.object({ item: t.bool() })), string: t.string() });
  const Odd = resource(
    "odd",
    {
      id: t.id("odd"),
      part: t.ref(() => Part),
      uRL: t.string().nullable(),
      hTTPStatus2: t.enum(["ok", "not_ok"]),
      grid: t.list(t.list(t.int32())),
      texts: t.map(t.list(t.string().nullable()).nullable()),
      odd: inner.deprecated("It is too odd.\nReally.\r\n*/ */"),
      shape: t.union("kind", {
        Circle: t.object({ radius: t.float64() }),
        big_square: t.object({ kind2: t.int64() }),
      }),
      any: t.json().optional(),
      raw: t.bytes(),
      took: t.duration(),
      on: t.date(),
      cost: t.money({ currency: "EUR" }),
      file: t.file().optional(),
      package: t.string().writeOnly(),
      ...extra,
    },
    { list: { filter: ["part.x", "hTTPStatus2"], search: ["uRL"], total: "exact", maxOffset: 100 } },
  );
  const full = error("not_odd", { status: 409, data: t.object({ why: t.enum(["even", "zero"]) }) });
  return compile(
    api("oddApi", {
      versions,
      resources: [Part, Odd],
      operations: [
        Odd.action("rpc", {
          input: t.object({ message: t.string() }),
          errors: [full],
          deprecated: "Use another.",
        }),
        command("option", { output: t.union("of", { one: t.object({}) }).nullable() }),
        stream("watch", { input: t.object({ since: t.timestamp() }), output: t.object({ n: t.int64() }) }),
        stream("record", {
          direction: "client",
          input: t.object({ n: t.int32() }),
          output: t.object({ n: t.int32() }),
        }),
        channel("talk", {
          key: Odd,
          send: t.object({ text: t.text() }),
          receive: t.object({ text: t.text() }),
        }),
      ],
    }),
  );
}

const MODELS: Readonly<Record<string, () => Model>> = {
  clinic: () => compile(clinic),
  atlas: () => compile(atlas),
  conduit: () => compile(conduit),
  "a contract of every type": () => odd(),
};

for (const [name, make] of Object.entries(MODELS)) {
  test(`the .proto files of ${name} pass buf lint, and buf's compiler makes our descriptors of them`, (context) => {
    const model = make();
    const folder = write(context, model);
    assert.equal(buf(folder, "lint"), "");
    assert.equal(
      buf(folder, "build", "--as-file-descriptor-set", "--exclude-source-info", "-o", "set.binpb"),
      "",
    );
    sameDescriptors(fromBinary(FileDescriptorSetSchema, readFileSync(join(folder, "set.binpb"))), model);
  });
}

const hasProtoc = spawnSync("protoc", ["--version"]).error === undefined;

test("protoc makes our descriptors of the files", {
  skip: hasProtoc ? false : "protoc is not installed",
}, (context) => {
  const model = odd();
  const folder = write(context, model);
  const paths = [...emitProto(model).keys()];
  const { status, stderr } = spawnSync(
    "protoc",
    ["-I.", "--include_imports", "--descriptor_set_out=set.pb", ...paths],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  assert.equal(status, 0, stderr);
  assert.equal(stderr, "", "no warnings, such as of imports that nobody needs");
  sameDescriptors(fromBinary(FileDescriptorSetSchema, readFileSync(join(folder, "set.pb"))), model);
});

test("with a lock, fields that are added before others, moved and deleted break nobody", (context) => {
  const first = compile(
    api("shop", { versions, resources: [thing({ name: t.string(), size: t.enum(["s", "l"]) })] }),
  );
  const added = compile(
    api("shop", {
      versions,
      resources: [thing({ weight: t.int32(), size: t.enum(["m", "s", "l"]), name: t.string() })],
    }),
  );
  const lock = updateLock(first);
  const old = write(context, first, lock.protobuf["shop.v1"]);
  const next = write(context, added, updateLock(added, lock).protobuf["shop.v1"]);
  assert.equal(buf(next, "breaking", "--against", old), "");

  const deleted = compile(api("shop", { versions, resources: [thing({ size: t.enum(["l"]) })] }));
  const last = write(context, deleted, updateLock(deleted, lock).protobuf["shop.v1"], "WIRE_JSON");
  assert.equal(buf(last, "breaking", "--against", old), "");
});

test("without a lock, the same changes break who has the old files", (context) => {
  const first = compile(api("shop", { versions, resources: [thing({ name: t.string(), size: t.int32() })] }));
  const moved = compile(api("shop", { versions, resources: [thing({ size: t.int32(), name: t.string() })] }));
  const fewer = compile(api("shop", { versions, resources: [thing({ size: t.int32() })] }));
  const old = write(context, first);
  assert.match(
    buf(write(context, moved), "breaking", "--against", old),
    /changed type from "string" to "int32"/,
  );
  assert.match(
    buf(write(context, fewer, undefined, "WIRE_JSON"), "breaking", "--against", old),
    /name|number/,
  );
});

function thing(fields: Parameters<typeof t.object>[0]) {
  return resource("thing", { id: t.id("thg"), ...fields });
}

function sameDescriptors(theirs: FileDescriptorSet, model: Model): void {
  const ours = fromBinary(FileDescriptorSetSchema, toFileDescriptorSet(describeProto(model)));
  assert.deepEqual(byName(theirs), byName(ours));
}

/** What the files declare; protobuf's own carry options that differ between compilers. */
function byName({ file }: FileDescriptorSet): Record<string, unknown> {
  return Object.fromEntries(
    file
      .map((each) => {
        const { options: _, ...json } = Object(toJson(FileDescriptorSetSchema, fileSet(each))).file[0];
        return [each.name, json] as const;
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function fileSet(file: FileDescriptorSet["file"][number]): FileDescriptorSet {
  return { $typeName: "google.protobuf.FileDescriptorSet", file: [file] };
}

function write(context: TestContext, model: Model, lock?: ProtoLock, breaking = "FILE"): string {
  const folder = mkdtempSync(join(tmpdir(), "proto-emit-"));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of emitProto(model, lock)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  writeFileSync(
    join(folder, "buf.yaml"),
    `version: v2\nlint:\n  use: [STANDARD]\nbreaking:\n  use: [${breaking}]\n`,
  );
  return folder;
}

/** What buf says; nothing where all is well. */
function buf(folder: string, ...args: string[]): string {
  const { stdout, stderr, error } = spawnSync("buf", args, { cwd: folder, encoding: "utf8" });
  assert.equal(error, undefined);
  return stdout + stderr;
}
