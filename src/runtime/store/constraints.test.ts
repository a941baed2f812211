import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { customer, id, order, scope, shop } from "../../../test/support/shop.ts";
import { ApiError } from "../../base/errors/index.ts";

/** Whether something rejects with this code, for these fields. */
async function refused(
  work: Promise<unknown>,
  code: string,
  pointers: readonly string[] = [],
): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.code, code);
    assert.deepEqual(
      error.violations.map(({ pointer }) => pointer),
      pointers,
    );
    return true;
  });
}

for (const database of databases()) {
  describe(`constraints on ${database.name}`, () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(shop);
    });
    after(() => store.close());
    const session = () => store.open(scope());

    test("a second row with a unique value is refused with 409, naming the field", async () => {
      const [one, two] = [customer({ email: "same@example.com" }), customer()];
      await session().insert("customer", one);
      await session().insert("customer", two);
      const again = session().insert("customer", customer({ email: "same@example.com" }));
      await refused(again, "already_exists", ["/email"]);
      await refused(session().update("customer", two.id, { email: "same@example.com" }), "already_exists", [
        "/email",
      ]);
      await refused(session().insert("customer", { ...customer(), id: one.id }), "already_exists", ["/id"]);
    });

    test("a ref to a row that does not exist is refused with 422, naming the field", async () => {
      await refused(session().insert("order", order(id("cus"))), "reference_not_found", ["/customer"]);
      const owner = customer();
      await session().insert("customer", owner);
      const values = order(owner.id);
      await session().insert("order", values);
      await refused(session().update("order", values.id, { seller: id("sel") }), "reference_not_found", [
        "/seller",
      ]);
    });

    test("a row that others refer to is not deleted: 409", async () => {
      const owner = customer();
      await session().insert("customer", owner);
      await session().insert("order", order(owner.id));
      await refused(session().delete("customer", owner.id), "conflict");
    });

    test("a value outside an enum is refused, naming the field", async () => {
      const owner = customer();
      await session().insert("customer", owner);
      await refused(session().insert("order", order(owner.id, { status: "lost" })), "invalid_input", [
        "/status",
      ]);
    });

    test("NUL and lone surrogates never reach SQL", async () => {
      for (const name of ["a\0b", "a\ud800"]) {
        await refused(session().insert("customer", customer({ name })), "invalid_input", ["/name"]);
        await refused(session().sql("select $1::text", [name]), "invalid_input", [""]);
      }
    });

    test("after a refused statement a transaction can be undone and go on", async () => {
      const [one, two] = [customer({ email: "first@example.com" }), customer()];
      await session().insert("customer", one);
      const call = session();
      await call.begin();
      await refused(call.insert("customer", customer({ email: "first@example.com" })), "already_exists", [
        "/email",
      ]);
      await call.undo();
      await call.insert("customer", two);
      await call.commit();
      assert.ok(await session().get("customer", two.id, { access: "all" }));
    });

    test("a handler that swallows a refusal does not commit half of its work", async () => {
      const one = customer({ email: "second@example.com" });
      await session().insert("customer", one);
      const call = session();
      await call.begin();
      const kept = customer();
      await call.insert("customer", kept);
      await call.insert("customer", customer({ email: "second@example.com" })).catch(() => {});
      await assert.rejects(call.get("customer", kept.id, { access: "all" }), (error) => {
        assert.match(String(error), /transaction is aborted/);
        assert.match(
          String(error instanceof Error && error.cause),
          /duplicate key/,
          "with the first failure as cause",
        );
        return true;
      });
      await assert.rejects(call.commit(), TypeError);
      assert.equal(await session().get("customer", kept.id, { access: "all" }), undefined);
    });

    test("a migration under prepared statements is not seen by reads, and at most a 503 for the rest", async () => {
      const values = customer({ rank: 3 });
      await session().insert("customer", values);
      const read = () => session().get("customer", values.id, { access: "all" });
      for (let uses = 0; uses < 30; uses++) await read();
      await session().sql("alter table customers alter column rank type bigint", []);
      assert.deepEqual((await read())?.values, values);
      await session().sql("alter table customers alter column rank type integer", []);
      for (let attempt = 0; attempt < 30; attempt++) {
        await session()
          .update("customer", values.id, { rank: 4 })
          .catch((error) =>
            assert.equal(error instanceof ApiError && error.code, "unavailable", String(error)),
          );
      }
      assert.equal((await read())?.values.rank, 4);
    });

    if (database.kind === "postgres") {
      test("of two calls that wait for each other one goes on, the other is a conflict that may be retried", async () => {
        const rows = [customer(), customer()] as const;
        for (const values of rows) await session().insert("customer", values);
        const calls = [session(), session()];
        for (const call of calls) await call.begin();
        const lock = (call: number, row: number) =>
          calls[call]!.get("customer", rows[row]!.id, { access: "all", lock: true });
        await lock(0, 0);
        await lock(1, 1);
        const outcomes = await Promise.allSettled(
          [lock(0, 1), lock(1, 0)].map(async (one, call) => {
            await one.finally(() => calls[call]!.rollback());
          }),
        );
        const [failed, ...others] = outcomes.filter((one) => one.status === "rejected");
        assert.equal(others.length, 0);
        assert.ok(failed?.reason instanceof ApiError);
        assert.deepEqual([failed.reason.code, failed.reason.entry.retry], ["conflict", "later"]);
      });
    }

    test("what the model does not have is a mistake of the code that asks", async () => {
      await assert.rejects(session().insert("customer", customer({ nonsense: 1 })), TypeError);
      await assert.rejects(session().get("nonsense", "x", { access: "all" }), TypeError);
    });
  });
}
