import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { customer, scope, shop } from "../../../test/support/shop.ts";
import { until } from "../../../test/support/until.ts";
import { ApiError } from "../../base/errors/index.ts";
import { type Connection, DatabaseError, type Driver } from "./driver.ts";
import { Interruption } from "./interruption.ts";
import { Lanes } from "./lanes.ts";
import { Pool } from "./pool.ts";
import { createPostgresDriver } from "./postgres-driver.ts";

const INSERT = "insert into entries (id, name) values ($1, $2) returning id";

for (const database of databases()) {
  if (database.kind !== "postgres") continue;
  describe("inserts that share connections", () => {
    let store: TestStore;
    before(async () => {
      store = await database.open(shop, { poolSize: 10 });
      await sql("create table entries (id text primary key, name text not null unique)");
    });
    after(() => store.close());

    const sql = (text: string, parameters: readonly unknown[] = []) =>
      store.open(scope()).sql(text, parameters);
    const count = async (like: string) =>
      Number((await sql("select count(*) as n from entries where name like $1", [like]))[0]?.n);
    const waiting = () =>
      sql(
        "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query = $1",
        [INSERT],
      );

    /** Lanes on a pool of their own, which notes how many statements each connection had under way at most. */
    function openLanes(maxConnections = 4) {
      const { url } = store;
      assert.ok(url);
      const driver = createPostgresDriver({ url, maxConnections, connectTimeoutMs: 5000 });
      const most = new Map<Connection, number>();
      let cancelled = 0;
      const counting: Driver = {
        ...driver,
        async connect() {
          const connection = await driver.connect();
          const query = connection.query.bind(connection);
          const cancel = connection.cancel.bind(connection);
          let running = 0;
          connection.query = (...given) => {
            most.set(connection, Math.max(++running, most.get(connection) ?? 0));
            return query(...given).finally(() => running--);
          };
          connection.cancel = () => {
            cancelled++;
            return cancel();
          };
          return connection;
        },
      };
      const pool = new Pool(counting, { maxWaiting: 100, maxAgeMs: 60_000, maxConnections });
      const lanes = new Lanes(pool, { repeatable: false, explain: (error) => error });
      /** Resolves with true; with false where it must be run again alone. */
      const insert = async (id: string, name = id, interruption = new Interruption()) => {
        const running = lanes.run(INSERT, [id, name], interruption);
        const result = await running;
        assert.ok(result === undefined || result.rows[0]?.[0] === id);
        return result !== undefined;
      };
      return {
        pool,
        lanes,
        most,
        insert,
        get cancelled() {
          return cancelled;
        },
        close: () => pool.close(),
      };
    }

    /** Holds the name `name` in a transaction that has not ended, so that another insert of it waits. */
    async function hold(name: string) {
      const session = store.open(scope());
      await session.begin();
      await session.sql("insert into entries (id, name) values ($1, $1)", [name]);
      return session;
    }

    test("many at once travel several on a connection, each with its own answer", async () => {
      const { insert, most, close } = openLanes();
      const done: boolean[] = [];
      for (let round = 0; round < 5; round++) {
        const ids = Array.from({ length: 60 }, (_, index) => `many-${round}-${index}`);
        done.push(...(await Promise.all(ids.map((id) => insert(id)))));
      }
      assert.equal(await count("many-%"), done.filter(Boolean).length);
      assert.ok(Math.max(...most.values()) > 1, "several statements were under way on one connection");
      await close();
    });

    test("all but a few connections are given up when somebody waits for one", async () => {
      const { pool, insert, close } = openLanes();
      let going = true;
      let inserted = 0;
      const load = Array.from({ length: 40 }, async (_, client) => {
        for (let turn = 0; going; turn++) {
          await insert(`give-${client}-${turn}`);
          inserted++;
        }
      });
      for (let turn = 0; turn < 5; turn++) {
        const before = inserted;
        const [first, second] = await Promise.all([pool.acquire(), pool.acquire()]);
        pool.release(first);
        pool.release(second);
        await until("inserts go on", () => inserted > before);
      }
      going = false;
      await Promise.all(load);
      await close();
    });

    test("a violated constraint is the answer of its own insert only", async () => {
      const { insert, close } = openLanes();
      await insert("own", "own");
      const names = ["own-1", "own", "own-2", "own", "own-3"];
      const seen = await Promise.allSettled(names.map((name, index) => insert(`own-${index}-x`, name)));
      for (const [index, outcome] of seen.entries()) {
        if (outcome.status === "fulfilled") assert.notEqual(names[index], "own");
        else {
          assert.equal(names[index], "own");
          assert.ok(outcome.reason instanceof DatabaseError && outcome.reason.code === "23505");
        }
      }
      await close();
    });

    test("one that waits for a lock makes way: those behind it are done, it is told to run elsewhere and had no effect", async () => {
      const opened = openLanes();
      const { lanes, insert, close } = opened;
      await Promise.all([1, 2, 3, 4].map((number) => insert(`lock-${number}`)));
      const holder = await hold("locked");
      const held = insert("lock-held", "locked");
      const behind = Array.from({ length: 20 }, (_, index) => insert(`lock-behind-${index}`));
      const done = await Promise.all(behind);
      assert.equal(await held, false);
      assert.ok(opened.cancelled >= 1);
      assert.equal(
        lanes.run(INSERT, ["lock-out", "lock-out"], new Interruption()),
        undefined,
        "kept out for a while",
      );
      await holder.rollback();
      assert.equal(await count("lock-behind-%"), done.filter(Boolean).length);
      assert.equal(await count("locked"), 0);
      await close();
    });

    test("an interrupted one is refused at once and leaves nothing; its neighbours are untouched", async () => {
      const { insert, close } = openLanes();
      const reason = new ApiError("deadline_exceeded", "late");
      await Promise.all([1, 2, 3, 4].map((number) => insert(`stop-${number}`)));
      const holder = await hold("stopped");
      const interruption = new Interruption();
      const doomed = insert("stop-held", "stopped", interruption);
      const neighbours = Array.from({ length: 12 }, (_, index) => insert(`stop-behind-${index}`));
      interruption.interrupt(reason);
      await assert.rejects(doomed, reason);
      const done = await Promise.all(neighbours);
      await until("it was cancelled", async () => (await waiting()).length === 0);
      await holder.rollback();
      assert.equal(await count("stopped"), 0);
      assert.equal(await count("stop-behind-%"), done.filter(Boolean).length);
      await assert.rejects(insert("stop-late", "stop-late", interruption), reason);
      assert.equal(await count("stop-late"), 0);
      await close();
    });

    test("some are interrupted at random beside others: nobody else's is lost, none is there twice", async () => {
      const sessions = Array.from({ length: 400 }, (_, index) => ({
        values: customer({ name: `Random ${index}` }),
        session: store.open(scope()),
        doomed: index % 4 === 0,
      }));
      const outcomes = await Promise.allSettled(
        sessions.map(async ({ values, session, doomed }, index) => {
          await sleep(index % 40);
          if (doomed) setTimeout(() => session.interrupt(new ApiError("cancelled", "gone")), index % 5);
          return session.insert("customer", values);
        }),
      );
      for (const [index, outcome] of outcomes.entries()) {
        if (sessions[index]?.doomed) continue;
        assert.equal(
          outcome.status,
          "fulfilled",
          outcome.status === "rejected" ? String(outcome.reason) : "",
        );
      }
      const rows = await sql("select id, row_version from customers where name like 'Random %'");
      const there = new Set(rows.map(({ id }) => id));
      assert.equal(there.size, rows.length);
      for (const [index, outcome] of outcomes.entries())
        if (outcome.status === "fulfilled") assert.ok(there.has(sessions[index]?.values.id));
    });

    test("when the connection dies, the fate of what was sent is unknown and nothing is run again", async () => {
      const opened = openLanes();
      const { insert, close } = opened;
      await Promise.all([1, 2, 3, 4].map((number) => insert(`kill-${number}`)));
      const holder = await hold("killed");
      const running = [insert("kill-held", "killed")];
      for (let index = 0; index < 12; index++) running.push(insert(`kill-behind-${index}`));
      const outcomes = Promise.allSettled(running);
      let isOver = false;
      void outcomes.then(() => {
        isOver = true;
      });
      let pids = await waiting();
      for (; pids.length === 0 && !isOver; pids = await waiting()) await sleep(1);
      await sql("select pg_terminate_backend($1)", [pids[0]?.pid ?? 0]);
      const seen = await outcomes;
      await holder.rollback();
      const rows = new Set((await sql("select id from entries where name like 'kill%'")).map(({ id }) => id));
      let unknown = 0;
      for (const [index, outcome] of seen.entries()) {
        const id = index === 0 ? "kill-held" : `kill-behind-${index - 1}`;
        if (outcome.status === "fulfilled") assert.equal(rows.has(id), outcome.value, id);
        else {
          unknown++;
          assert.ok(outcome.reason instanceof DatabaseError);
          assert.match(outcome.reason.code, /^(?:CONNECTION_|08006|57P01)/);
        }
      }
      // Where the guard was faster than the kill, the insert had made way before.
      assert.ok(unknown > 0 || opened.cancelled > 0);
      await close();
    });

    test("to a call it says that the fate is unknown", async () => {
      const email = "lost@example.com";
      const holder = store.open(scope());
      await holder.begin();
      await holder.insert("customer", customer({ email }));
      const [{ pid } = {}] = await holder.sql("select pg_backend_pid() as pid", []);
      const lost = store.open(scope()).insert("customer", customer({ email }));
      const caught = lost.then(
        () => undefined,
        (error: unknown) => error,
      );
      const KILL =
        "select count(pg_terminate_backend(pid)) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and pid <> $1";
      await until("it was killed", async () => Number((await sql(KILL, [pid]))[0]?.n) > 0);
      await holder.rollback();
      const error = await caught;
      assert.ok(error instanceof ApiError && error.code === "unavailable", String(error));
      assert.match(error.message, /whether it took effect is unknown/);
    });

    test("a migration under running inserts loses none and fails none", async () => {
      let migrating = true;
      let made = 0;
      const writer = async () => {
        while (migrating) {
          await Promise.all(
            Array.from({ length: 10 }, async () => {
              const values = customer({ name: "Migrated" });
              const row = await store.open(scope()).insert("customer", values);
              assert.equal(row.id, values.id);
              made++;
            }),
          );
        }
      };
      const writing = writer();
      for (const type of ["varchar(90)", "text", "varchar(80)", "text"]) {
        await sleep(30);
        await sql(`alter table customers alter column name type ${type}`);
      }
      migrating = false;
      await writing;
      const [row] = await sql("select count(*) as n from customers where name = 'Migrated'");
      assert.equal(Number(row?.n), made);
    });

    // Last: the statement stays out of the lanes for a while.
    test("a session's insert that waits for a lock is done once the lock is free, those beside it at once", async () => {
      const email = "held@example.com";
      const holder = store.open(scope());
      await holder.begin();
      await holder.insert("customer", customer({ email }));
      const held = store.open(scope()).insert("customer", customer({ email, name: "Second" }));
      const others = await Promise.all(
        Array.from({ length: 40 }, () =>
          store.open(scope()).insert("customer", customer({ name: "Beside" })),
        ),
      );
      assert.equal(new Set(others.map(({ id }) => id)).size, 40);
      await holder.rollback();
      assert.equal((await held).values.name, "Second");
      const [row] = await sql("select count(*) as n from customers where email = $1 or name = 'Beside'", [
        email,
      ]);
      assert.equal(Number(row?.n), 41);
    });
  });
}
