import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { customer, scope, shop } from "../../../test/support/shop.ts";
import { until } from "../../../test/support/until.ts";
import { ApiError } from "../../base/errors/index.ts";
import type { Connection, Driver } from "./driver.ts";
import { Interruption } from "./interruption.ts";
import { Lanes } from "./lanes.ts";
import { Pool } from "./pool.ts";
import { createPostgresDriver } from "./postgres-driver.ts";

const LIMITS = { maxWaiting: 100, maxAgeMs: 60_000 };
const ECHO = "select $1::text";
const SLEEP = "select pg_sleep($1::float8)";
const NEVER_QUICK = "select pg_sleep($1::float8 + 0.3)";

for (const database of databases()) {
  if (database.kind !== "postgres") continue;
  describe("reads that share connections", () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(shop, { poolSize: 10 });
    });
    after(() => store.close());

    /**
     * Lanes on a pool of their own, which notes how many statements each connection had under way at most, and how many
     * connections had any at the same time. After `opened` connections others are opened only when `gate` lets them.
     */
    function openLanes(maxConnections = 10, beforeMore = { opened: 10, gate: Promise.resolve() }) {
      const { url } = store;
      assert.ok(url);
      const driver = createPostgresDriver({ url, maxConnections, connectTimeoutMs: 5000 });
      const most = new Map<Connection, number>();
      const busy = { now: 0, most: 0 };
      let opened = 0;
      const counting: Driver = {
        ...driver,
        async connect() {
          if (++opened > beforeMore.opened) await beforeMore.gate;
          const connection = await driver.connect();
          const query = connection.query.bind(connection);
          let running = 0;
          connection.query = (...given) => {
            if (running === 0) busy.most = Math.max(++busy.now, busy.most);
            most.set(connection, Math.max(++running, most.get(connection) ?? 0));
            return query(...given).finally(() => {
              if (--running === 0) busy.now--;
            });
          };
          return connection;
        },
      };
      const pool = new Pool(counting, { ...LIMITS, maxConnections });
      const lanes = new Lanes(pool, { repeatable: true, explain: (error) => error });
      const read = (text: string, parameter: string, interruption = new Interruption()) => {
        const reading = lanes.run(text, [parameter], interruption);
        return reading?.then((result) => result?.rows[0]?.[0]);
      };
      return { pool, lanes, read, most, busy, close: () => pool.close() };
    }

    const running = async (text: string) => {
      const rows = await store
        .open(scope())
        .sql(
          "select pid from pg_stat_activity where datname = current_database() and state = 'active' and query = $1",
          [text],
        );
      return rows.map(({ pid }) => pid);
    };

    test("many reads at once take at most three connections, each its own answer", async () => {
      const { read, most, busy, close } = openLanes();
      for (let round = 0; round < 5; round++) {
        const asked = Array.from({ length: 100 }, (_, index) => `${round} ${index}`);
        const answers = await Promise.all(asked.map((parameter) => read(ECHO, parameter)));
        // Undefined where the machine was too busy: such a read is run again alone.
        for (const [index, answer] of answers.entries())
          assert.ok(answer === undefined || answer === asked[index], `${answer} for ${asked[index]}`);
      }
      assert.ok(busy.most <= 3, `${busy.most} connections at once`);
      assert.ok(Math.max(...most.values()) > 1, "several statements were under way on one connection");
      await close();
    });

    test("a small pool keeps its connections for transactions", async () => {
      const { read, close } = openLanes(3);
      assert.equal(read(ECHO, "x"), undefined);
      await close();
    });

    test("an error is the answer of its own read only", async () => {
      const { read, close } = openLanes();
      const inverse = "select 1 / $1::int";
      await read(inverse, "1");
      const outcomes = await Promise.allSettled(["1", "0", "1", "0"].map((number) => read(inverse, number)));
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === "fulfilled") assert.ok(outcome.value === undefined || index % 2 === 0);
        else assert.equal(index % 2, 1);
      }
      await close();
    });

    test("reads behind a slow one are told to run elsewhere, and the slow statement is kept out for a while", async () => {
      const { read, lanes, close } = openLanes();
      const interruption = new Interruption();
      await read(ECHO, "x");
      const slow = [0, 1, 2].map(() => read(NEVER_QUICK, "600", interruption));
      const behind = await Promise.all([1, 2, 3, 4, 5].map((number) => read(ECHO, String(number))));
      for (const [index, answer] of behind.entries())
        assert.ok(answer === undefined || answer === String(index + 1));
      // It is found out after 100 ms or so, more where the machine is busy.
      const tried: ReturnType<typeof read>[] = [];
      const isTaken = () =>
        tried.push(read(NEVER_QUICK, "0", interruption)) > 0 && tried.at(-1) !== undefined;
      while (isTaken()) await sleep(20);
      interruption.interrupt(new ApiError("cancelled", "enough"));
      await Promise.allSettled([...slow, ...tried]);
      assert.equal(
        lanes.run(NEVER_QUICK, ["0"], new Interruption()),
        undefined,
        "also when the lanes are free",
      );
      assert.equal((await read(ECHO, "again")) ?? "again", "again");
      await close();
    });

    for (const opened of [1, 3])
      test(`reads stay behind slow ones, and come to them, while other connections than ${opened} are still being opened`, async () => {
        let open = () => {};
        const gate = new Promise<void>((resolve) => {
          open = resolve;
        });
        const { read, pool, close } = openLanes(10, { opened, gate });
        const held = await Promise.all(Array.from({ length: opened }, () => pool.acquire()));
        for (const connection of held) pool.release(connection);
        const slow = [1, 2, 3].map(() => read(SLEEP, "0.4"));
        const early = Array.from({ length: 12 }, (_, index) => read(ECHO, `early ${index}`));
        await sleep(150);
        const late = Array.from({ length: 12 }, (_, index) => read(ECHO, `late ${index}`));
        const answers = await Promise.all([...early, ...late]);
        for (const [index, answer] of answers.entries())
          assert.equal(answer, index < 12 ? `early ${index}` : `late ${index - 12}`);
        await Promise.all(slow);
        open();
        await close();
      });

    test("a read that was quick a moment ago is not kept out for being slow once", async () => {
      const { read, close } = openLanes();
      await Promise.all(Array.from({ length: 20 }, () => read(SLEEP, "0")));
      let isSlow = true;
      const slow = read(SLEEP, "1.5")?.finally(() => {
        isSlow = false;
      });
      // By now it would have been found out.
      await sleep(700);
      let taken = 0;
      while (isSlow) {
        const beside = read(SLEEP, "0");
        if (beside !== undefined) taken++;
        await beside;
        await sleep(5);
      }
      await slow;
      assert.ok(taken > 0, "none went beside it");
      await close();
    });

    test("an interrupted read is refused at once and cancelled in the database; its neighbours are never", async () => {
      const { read, close } = openLanes();
      const reason = new ApiError("deadline_exceeded", "late");
      await read(SLEEP, "0");
      await read(ECHO, "x");
      const interruption = new Interruption();
      const asleep = read(SLEEP, "600", interruption);
      const neighbours = [1, 2, 3, 4, 5, 6].map((number) => read(ECHO, String(number)));
      while ((await running(SLEEP)).length === 0) await sleep(5);
      interruption.interrupt(reason);
      await assert.rejects(async () => asleep, reason);
      for (const [index, answer] of (await Promise.all(neighbours)).entries())
        assert.ok(answer === undefined || answer === String(index + 1));
      while ((await running(SLEEP)).length > 0) await sleep(5);
      await assert.rejects(async () => read(ECHO, "x", interruption), reason);
      await close();
    });

    test("reads are interrupted at random beside others, and every answer is the right one", async () => {
      const { read, close } = openLanes();
      await read(SLEEP, "0");
      for (let round = 0; round < 20; round++) {
        const doomed = Array.from({ length: 6 }, (_, index) => {
          const interruption = new Interruption();
          setTimeout(() => interruption.interrupt(new ApiError("cancelled", "gone")), index * 7);
          return read(SLEEP, "0.02", interruption)?.catch((error: unknown) => {
            assert.ok(error instanceof ApiError && error.code === "cancelled", String(error));
          });
        });
        const answers = await Promise.all([...Array(20).keys()].map((number) => read(ECHO, String(number))));
        for (const [index, answer] of answers.entries())
          assert.ok(answer === undefined || answer === String(index), `${answer} for ${index}`);
        await Promise.all(doomed);
      }
      await close();
    });

    test("when its connection dies, a read is to be run again", async () => {
      const { read, close } = openLanes();
      await read(SLEEP, "0");
      const asleep = read(SLEEP, "600");
      let pids = await running(SLEEP);
      for (; pids.length === 0; pids = await running(SLEEP)) await sleep(5);
      await store.open(scope()).sql("select pg_terminate_backend($1)", [pids[0]]);
      assert.equal(await asleep, undefined);
      assert.equal((await read(ECHO, "again")) ?? "again", "again");
      await close();
    });

    test("a migration under running reads mixes up no answers and fails none", async () => {
      const rows = Array.from({ length: 30 }, () => customer());
      for (const values of rows) await store.open(scope()).insert("customer", values);
      let migrating = true;
      let rounds = 0;
      const reader = async () => {
        for (; migrating; rounds++) {
          await Promise.all(
            rows.map(async ({ id }) => {
              const row = await store.open(scope()).get("customer", id, { access: "all" });
              assert.equal(row?.id, id);
              assert.equal(row.values.email, `${id}@example.com`);
            }),
          );
        }
      };
      const reading = reader();
      // Each meets reads under way, and connections that have all learnt of the one before: nobody migrates faster.
      const whileReading = async () => {
        const before = rounds;
        await Promise.race([reading, until("reads go on", () => rounds > before + 1)]);
        await sleep(30);
      };
      for (const type of ["varchar(90)", "text", "varchar(80)", "text"]) {
        await whileReading();
        const admin = store.open(scope());
        await admin.sql(`alter table customers alter column name type ${type}`, []);
      }
      await whileReading();
      migrating = false;
      await reading;
    });
  });
}
