import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { ApiError } from "../../base/errors/index.ts";
import { compile } from "../../contract/model/index.ts";
import { describeProto } from "../../contract/proto/index.ts";
import { anyField, validWire } from "../../contract/schema/arbitraries.test.ts";
import { type AnyField, compileDecoder, compileEncoder } from "../../contract/schema/index.ts";
import { api, command, resource, t } from "../../index.ts";
import { createProtoCodecs, toFileDescriptorSet } from "./index.ts";

const Slot = resource("slot", { id: t.id("slot") });

/** The request of a command that takes these fields, with our codecs and Buf's descriptor of it, made from our own. */
function probe(fields: Record<string, AnyField>) {
  const input = t.object(fields);
  const model = compile(
    api("lab", {
      versions: { v1: "2026-01-01" },
      resources: [Slot],
      only: { slot: [] },
      operations: [command("probe", { input })],
    }),
  );
  const schema = describeProto(model);
  const codecs = createProtoCodecs(schema);
  const name = "lab.v1.ProbeRequest";
  const set = fromBinary(FileDescriptorSetSchema, toFileDescriptorSet(schema));
  const descriptor = createFileRegistry(set).getMessage(name);
  assert.ok(descriptor);
  const node = model.operations.probe?.input;
  assert.ok(node);
  return { node: { type: node }, proto: codecs.proto(name), json: codecs.json(name), descriptor };
}

const anyFields = fc.dictionary(fc.constantFrom("a", "bC", "valueOf"), anyField, {
  minKeys: 1,
  maxKeys: 2,
  noNullPrototype: true,
});

/** A contract's input and one value of it, in canonical wire form. */
const anyInput = anyFields.chain((fields) => {
  const made = probe(fields);
  const decode = compileDecoder(made.node);
  const encode = compileEncoder(made.node);
  return validWire(made.node).map((wire) => {
    const value = decode(wire, "", []);
    return { ...made, wire: encode(value) };
  });
});

const RUNS = { numRuns: 150 };

test("what we write in binary, Buf's library reads and writes again, and we read the same value", () => {
  fc.assert(
    fc.property(anyInput, ({ proto, descriptor, wire }) => {
      const bytes = proto.encode({ input: wire });
      const message = fromBinary(descriptor, bytes);
      assert.equal(message.$unknown, undefined);
      assert.deepEqual(proto.decode(toBinary(descriptor, message)), { input: wire });
    }),
    RUNS,
  );
});

test("what we write as JSON, Buf's library reads and writes again, and we read the same value", () => {
  fc.assert(
    fc.property(anyInput, ({ proto, json, descriptor, wire }) => {
      const text = new TextDecoder().decode(json.encode({ input: wire }));
      const message = fromJson(descriptor, JSON.parse(text));
      assert.deepEqual(proto.decode(toBinary(descriptor, message)), { input: wire });
      assert.deepEqual(json.decode(jsonBytes(descriptor, message, false)), { input: wire });
      assert.deepEqual(json.decode(jsonBytes(descriptor, message, true)), { input: wire });
    }),
    RUNS,
  );
});

test("our JSON is the JSON that Buf's library writes", () => {
  fc.assert(
    fc.property(anyInput, ({ proto, json, descriptor, wire }) => {
      const ours: unknown = JSON.parse(new TextDecoder().decode(json.encode({ input: wire })));
      assert.deepEqual(ours, toJson(descriptor, fromBinary(descriptor, proto.encode({ input: wire }))));
    }),
    RUNS,
  );
});

function jsonBytes(
  descriptor: DescMessage,
  message: ReturnType<typeof fromBinary>,
  useProtoFieldName: boolean,
) {
  return new TextEncoder().encode(JSON.stringify(toJson(descriptor, message, { useProtoFieldName })));
}

test("bytes that are damaged, cut off or made up are read as something or refused, and nothing else", () => {
  let refused = 0;
  let read = 0;
  const hostile = anyInput.chain(({ proto, wire, ...made }) => {
    const bytes = proto.encode({ input: wire });
    return fc
      .tuple(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.nat(),
        fc.uint8Array({ maxLength: 40 }),
      )
      .map(([changes, cut, junk]) => {
        const damaged = new Uint8Array([
          ...bytes.slice(0, bytes.length - (cut % 3)),
          ...(cut % 2 ? junk : []),
        ]);
        for (const [at, value] of changes) if (damaged.length > 0) damaged[at % damaged.length] = value;
        return { ...made, proto, damaged };
      });
  });
  fc.assert(
    fc.property(hostile, ({ proto, node, damaged }) => {
      let value: unknown;
      try {
        value = proto.decode(damaged);
        read++;
      } catch (error) {
        assert.ok(error instanceof ApiError, String(error));
        assert.equal(error.code, "malformed_request");
        refused++;
        return;
      }
      // Whatever was read, the rules of the input take it or tell what is wrong with it.
      compileDecoder(node)(Object(value).input, "", []);
    }),
    { numRuns: 600 },
  );
  assert.ok(refused > 20 && read > 20, `${refused} refused, ${read} read`);
});

test("JSON of any shape is read as something or refused, and nothing else", () => {
  fc.assert(
    fc.property(anyInput, fc.jsonValue(), fc.jsonValue(), ({ json, node }, a, bC) => {
      try {
        const value = json.decode(new TextEncoder().encode(JSON.stringify({ a, bC })));
        compileDecoder(node)(Object(value).input, "", []);
      } catch (error) {
        assert.ok(error instanceof ApiError, String(error));
      }
    }),
    RUNS,
  );
});
