import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../base/errors/index.ts";
import { api, type Operation, query, resource, stream, t } from "../../index.ts";
import type { AnyResource } from "../language/index.ts";
import { compile } from "../model/index.ts";
import { describeProto } from "../proto/index.ts";
import { checkLock, formatLock, parseLock, protoLockOf, updateLock } from "./index.ts";

const versions = { v1: "2026-01-01" };

function modelOf(...resources: AnyResource[]) {
  return compile(api("shop", { versions, resources, only: { item: ["get"] } }));
}

const before = modelOf(
  resource("item", { id: t.id("itm"), name: t.string(), price: t.int32(), size: t.enum(["small", "large"]) }),
);
/** A field less, one more before the rest, and a value less. */
const after = modelOf(
  resource("item", {
    id: t.id("itm"),
    colour: t.string(),
    size: t.enum(["medium", "large"]),
    name: t.string(),
  }),
);

test("numbers stay with their names, what is new gets the next, and what is gone is reserved", () => {
  const lock = updateLock(after, updateLock(before));
  const { Item } = lock.protobuf["shop.v1"]?.messages ?? {};
  const numbers = Object.entries(Item?.fields ?? {}).map(([name, { number }]) => `${name} ${number}`);
  assert.deepEqual(numbers, ["id 1", "colour 7", "size 4", "name 2", "created_at 5", "updated_at 6"]);
  assert.deepEqual(Item?.reserved, { price: 3 });
  assert.deepEqual(lock.protobuf["shop.v1"]?.enums["Item.Size"], {
    values: { SIZE_MEDIUM: 3, SIZE_LARGE: 2 },
    reserved: { SIZE_SMALL: 1 },
  });
  const schema = describeProto(after, protoLockOf(after, lock));
  assert.deepEqual(schema.messages["shop.v1.Item"]?.reserved, { numbers: [3], names: ["price"] });
});

test("without a lock the same change moves numbers", () => {
  const fields = describeProto(after).messages["shop.v1.Item"]?.fields.map(
    ({ name, number }) => `${name} ${number}`,
  );
  assert.deepEqual(fields, ["id 1", "colour 2", "size 3", "name 4", "created_at 5", "updated_at 6"]);
});

test("a field that comes back has the number it had", () => {
  const lock = updateLock(before, updateLock(after, updateLock(before)));
  const { Item } = lock.protobuf["shop.v1"]?.messages ?? {};
  assert.equal(Item?.fields.price?.number, 3);
  assert.deepEqual(Item?.reserved, { colour: 7 });
});

test("a field of another type is refused, with what it was", () => {
  const lock = updateLock(before);
  const changed = modelOf(
    resource("item", {
      id: t.id("itm"),
      name: t.string(),
      price: t.string(),
      size: t.enum(["small", "large"]),
    }),
  );
  for (const use of [updateLock, checkLock]) {
    assert.throws(
      () => use(changed, lock),
      (thrown) => {
        assert.ok(thrown instanceof UsageError);
        const [mistake] = thrown.mistakes;
        assert.equal(thrown.mistakes.length, 1);
        assert.match(mistake?.place ?? "", /resource item: protobuf field Item\.price/);
        assert.match(mistake?.expected ?? "", /^optional int32/);
        assert.equal(mistake?.found, "optional string");
        assert.match(mistake?.fix ?? "", /another name/);
        return true;
      },
    );
  }
});

test("a lock that knows all of a model fits it; one that does not is told what it lacks", () => {
  checkLock(before, updateLock(before));
  assert.throws(
    () => checkLock(after, updateLock(before)),
    (thrown) => {
      assert.ok(thrown instanceof UsageError);
      const told = thrown.mistakes.map(({ expected, found }) => `${expected} ← ${found}`);
      assert.ok(
        told.some((text) => text.startsWith("message Item, field colour,")),
        told.join("\n"),
      );
      assert.ok(
        told.some((text) => text.startsWith("no message Item, field price,")),
        told.join("\n"),
      );
      return true;
    },
  );
});

test("an operation that goes leaves its name behind", () => {
  const whole = compile(api("shop", { versions, resources: [resource("item", { id: t.id("itm") })] }));
  const without = modelOf(resource("item", { id: t.id("itm") }));
  const lock = updateLock(without, updateLock(whole));
  assert.deepEqual(lock.protobuf["shop.v1"]?.services.ItemService?.methods, { GetItem: "unary item.get" });
  assert.ok(lock.protobuf["shop.v1"]?.services.ItemService?.retired.includes("DeleteItem"));
});

test("a method that becomes a stream is refused", () => {
  const count = (...operations: Operation[]) => compile(api("shop", { versions, resources: [], operations }));
  const io = { input: t.object({ n: t.int32() }), output: t.object({ n: t.int32() }) };
  const lock = updateLock(count(query("count", io)));
  for (const use of [updateLock, checkLock]) {
    assert.throws(
      () => use(count(stream("count", io)), lock),
      /operation count: protobuf method ShopService\.Count: expected unary.*found server-stream/,
    );
  }
});

test("the text of a lock is read back as it was, and is the same whatever the order", () => {
  const lock = updateLock(after, updateLock(before));
  const text = formatLock(lock);
  assert.deepEqual(parseLock(text, "concordat.lock.json"), lock);
  const shuffled = JSON.parse(JSON.stringify(lock), (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).reverse())
      : value,
  );
  assert.equal(formatLock(shuffled), text);
  assert.match(text, /"price": 3/);
  assert.match(text, /"name": "optional string = 2"/);
});

test("another version of an API begins anew and keeps what the first one had", () => {
  const second = compile(
    api("shop", {
      versions: { v1: "2026-01-01", v2: "2026-06-01" },
      resources: [resource("item", { id: t.id("itm"), price: t.string() })],
    }),
  );
  const lock = updateLock(second, updateLock(before));
  assert.equal(lock.protobuf["shop.v1"]?.messages.Item?.fields.price?.type, "optional int32");
  assert.equal(lock.protobuf["shop.v2"]?.messages.Item?.fields.price?.type, "optional string");
});

test("what is no lock is refused with its place", () => {
  const text = formatLock(updateLock(before));
  const place = "concordat.lock.json";
  const refusal = (broken: string): string => {
    try {
      parseLock(broken, place);
    } catch (error) {
      assert.ok(error instanceof UsageError);
      return error.message;
    }
    return "taken";
  };
  assert.match(
    refusal(text.replace('"id"', '<<<<<<< ours\n"id"')),
    /expected JSON.*keep both sides of the merge/,
  );
  assert.match(
    refusal(text.replace('"concordat": 1', '"concordat": 2')),
    /the version of the format, found 2/,
  );
  assert.match(
    refusal(text.replace("int32 = 3", "int32 = 2")),
    /Item, price: expected a number of its own, found 2, which name has/,
  );
  assert.match(refusal(text.replace("int32 = 3", "int32")), /expected a type and a number/);
  assert.match(refusal("[]"), /expected an object/);
  assert.match(
    refusal(text.replace('"SIZE_SMALL": 1', '"SIZE_SMALL": 0')),
    /SIZE_SMALL: expected a number, found 0/,
  );
});
