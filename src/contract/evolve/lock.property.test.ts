import assert from "node:assert/strict";
import { test } from "node:test";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { validContracts } from "../../../test/support/generate-contract.ts";
import { UsageError } from "../../base/errors/index.ts";
import { toFileDescriptorSet } from "../../wire/grpc/index.ts";
import { compile, type Model } from "../model/index.ts";
import { describeProto, type ProtoLock, type ProtoSchema } from "../proto/index.ts";
import { checkLock, formatLock, type Lock, parseLock, protoLockOf, updateLock } from "./index.ts";

const RUNS = { numRuns: 60 };

function lockOf(model: Model, lock: Lock): ProtoLock {
  const found = protoLockOf(model, lock);
  assert.ok(found);
  return found;
}

test("any right contract has a protobuf schema whose descriptors another library takes", () => {
  fc.assert(
    fc.property(validContracts, (contract) => {
      const schema = describeProto(compile(contract));
      const set = fromBinary(FileDescriptorSetSchema, toFileDescriptorSet(schema));
      const registry = createFileRegistry(set);
      for (const name of Object.keys(schema.messages)) assert.ok(registry.getMessage(name), name);
      for (const name of Object.keys(schema.enums)) assert.ok(registry.getEnum(name), name);
      for (const { path } of Object.values(schema.methods)) {
        const [, service = "", method] = path.split("/");
        assert.ok(
          registry.getService(service)?.methods.some(({ name }) => name === method),
          path,
        );
      }
    }),
    RUNS,
  );
});

test("whatever a contract becomes, no number ever means two things", () => {
  let evolved = 0;
  fc.assert(
    fc.property(validContracts, validContracts, fc.nat(5), (first, second, which) => {
      const before = compile(first);
      // Another contract is rarely one that this one could become; one with some of its fields, in another order, is.
      const after = which === 0 ? compile(second) : withSome(before, which);
      const lock = parseLock(formatLock(updateLock(before)), "concordat.lock.json");
      assert.deepEqual(lock, updateLock(before));
      checkLock(before, lock);
      let next: Lock;
      try {
        next = updateLock(after, lock);
      } catch (error) {
        // Fields of the same name and another type.
        assert.ok(error instanceof UsageError, String(error));
        return;
      }
      evolved++;
      checkLock(after, parseLock(formatLock(next), "concordat.lock.json"));
      const schema = describeProto(after, lockOf(after, next));
      assertKept(lockOf(before, lock), schema);
      // The way back is the way it came.
      assertKept(lockOf(after, next), describeProto(before, lockOf(before, updateLock(before, next))));
    }),
    RUNS,
  );
  assert.ok(evolved > 20, `${evolved} contracts became another`);
});

/** The model without some of its fields, and with the rest in reverse. */
function withSome(model: Model, which: number): Model {
  const resources = Object.entries(model.resources).map(([name, resource]) => {
    const fields = Object.entries(resource.fields).filter((_, index) => index === 0 || index % 5 !== which);
    return [name, { ...resource, fields: Object.fromEntries(fields.reverse()) }] as const;
  });
  return { ...model, resources: Object.fromEntries(resources) };
}

/** Every number that was given belongs to the same name still, or to nobody. */
function assertKept(before: ProtoLock, after: ProtoSchema): void {
  const start = after.package.length + 1;
  const kept = (
    place: string,
    known: Readonly<Record<string, number>>,
    now: readonly { readonly name: string; readonly number: number }[],
    reserved: { readonly numbers: readonly number[]; readonly names: readonly string[] },
  ): void => {
    const byNumber = new Map(now.map(({ name, number }) => [number, name]));
    assert.equal(byNumber.size, now.length, `${place}: numbers differ`);
    for (const [name, number] of Object.entries(known)) {
      const holder = byNumber.get(number);
      if (holder === undefined) {
        assert.ok(reserved.numbers.includes(number) && reserved.names.includes(name), `${place}.${name}`);
      } else assert.equal(holder, name, `${place}: ${number}`);
    }
    for (const { name, number } of now) {
      assert.ok(!reserved.numbers.includes(number) && !reserved.names.includes(name), `${place}.${name}`);
      assert.ok(number < 19_000 || number > 19_999);
    }
  };
  for (const message of Object.values(after.messages)) {
    const known = before.messages[message.name.slice(start)];
    if (known === undefined) continue;
    const fields = Object.entries(known.fields).map(([name, { number }]) => [name, number] as const);
    kept(
      message.name,
      { ...known.reserved, ...Object.fromEntries(fields) },
      message.fields,
      message.reserved,
    );
  }
  for (const each of Object.values(after.enums)) {
    const known = before.enums[each.name.slice(start)];
    if (known) kept(each.name, { ...known.reserved, ...known.values }, each.values, each.reserved);
  }
}
