import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { databases, type TestStore } from "../../../test/support/databases.ts";
import { customer, scope, shop } from "../../../test/support/shop.ts";
import { until } from "../../../test/support/until.ts";
import { ApiError, UsageError } from "../../base/errors/index.ts";
import { openStore } from "./open-store.ts";

/** Stands between a store and its server, so that the server can go away. */
async function startProxy(target: URL) {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((socket) => {
    if (silent) {
      sockets.add(socket.on("error", () => {}).resume());
      return;
    }
    const upstream = connect(Number(target.port || 5432), target.hostname);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one);
      one.on("error", () => {}).on("close", () => other.destroy());
      one.pipe(other);
    }
  });
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  // Below the ports that the system hands out: nobody else gets this one while the server is away.
  let port = 20_000 + (process.pid % 10_000);
  while (
    !(await listen()
      .then(() => true)
      .catch(isTaken))
  )
    port++;
  return {
    port,
    /** A silent one takes connections and never answers. */
    start: (options: { readonly silent?: boolean } = {}) => {
      silent = options.silent === true;
      return listen();
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        sockets.clear();
      }),
  };
}

function isTaken(error: NodeJS.ErrnoException): false {
  assert.equal(error.code, "EADDRINUSE");
  return false;
}

function unavailable(error: unknown): boolean {
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.code, "unavailable");
  assert.equal(error.retryAfterSeconds, 1);
  return true;
}

for (const database of databases().filter(({ kind }) => kind === "postgres")) {
  describe(`connection loss on ${database.name}`, () => {
    let store: TestStore;
    let admin: TestStore;
    before(async () => {
      store = await database.open(shop, { poolSize: 3 });
      admin = await database.reopen(store, shop, { poolSize: 1, tables: false });
    });
    after(() => store.close());

    // Roles belong to the whole server, where other runs may be under way.
    const [limited, poor] = [`concordat_limited_${process.pid}`, `concordat_poor_${process.pid}`];
    const OTHERS =
      "select count(pg_terminate_backend(pid)) as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name = 'concordat'";
    const terminate = async (): Promise<void> => {
      await admin.open(scope()).sql(OTHERS, []);
    };

    async function works(): Promise<void> {
      const values = customer();
      await store.open(scope()).insert("customer", values);
      assert.ok(await store.open(scope()).get("customer", values.id, { access: "all" }));
    }

    /** As {@link works}, soon: other idle connections died too, and a write that meets one of them is not repeated. */
    async function recovers(): Promise<void> {
      for (let tries = 1; ; tries++) {
        try {
          return await works();
        } catch (error) {
          if (tries === 400) throw error;
          unavailable(error);
          await sleep(50);
        }
      }
    }

    test("connections that died while idle are replaced, unseen by the next call", async () => {
      // The store learns of a death by a message of its own, which a busy machine may bring late.
      for (let pauseMs = 100; ; pauseMs *= 2) {
        await Promise.all([works(), works(), works()]);
        await terminate();
        await sleep(pauseMs);
        const seen = await Promise.allSettled([works(), works(), works()]);
        if (seen.every(({ status }) => status === "fulfilled")) return;
        assert.ok(pauseMs < 10_000, JSON.stringify(seen));
        await recovers();
      }
    });

    test("a transaction whose connection dies is unavailable, keeps nothing, and the store recovers", async () => {
      const values = customer();
      const call = store.open(scope());
      await call.begin();
      await call.insert("customer", values);
      await terminate();
      await assert.rejects(call.insert("customer", customer()), unavailable);
      await assert.rejects(call.get("customer", values.id, { access: "all" }), unavailable);
      await call.rollback();
      assert.equal(await store.open(scope()).get("customer", values.id, { access: "all" }), undefined);
      await recovers();
    });

    test("no statement of a lost transaction runs outside of it", async () => {
      const call = store.open(scope());
      await call.begin();
      const values = [customer(), customer(), customer()];
      await terminate();
      const inserts = await Promise.allSettled(values.map((one) => call.insert("customer", one)));
      assert.ok(inserts.every(({ status }) => status === "rejected"));
      await call.rollback();
      for (const one of values) {
        assert.equal(await store.open(scope()).get("customer", one.id, { access: "all" }), undefined);
      }
    });

    test("a running statement whose connection dies is unavailable", async () => {
      const running = store.open(scope()).sql("select pg_sleep(300)", []);
      const rejected = assert.rejects(running, unavailable);
      const SLEEPING =
        "select 1 from pg_stat_activity where datname = current_database() and state = 'active' and query = 'select pg_sleep(300)'";
      await until("the statement runs", async () => (await admin.open(scope()).sql(SLEEPING, [])).length > 0);
      await terminate();
      await rejected;
      await recovers();
    });

    test("a connection lost at commit says that the fate is unknown", async () => {
      const call = store.open(scope());
      await call.begin();
      await call.insert("customer", customer());
      await terminate();
      await assert.rejects(call.commit(), (error) => unavailable(error) && /unknown/.test(String(error)));
      await recovers();
    });

    test("a constant storm of lost connections gives unavailable or an answer, nothing else", async () => {
      let isStorming = true;
      const storm = (async () => {
        while (isStorming) {
          await terminate();
          await sleep(15);
        }
      })();
      const outcomes = new Set<string>();
      try {
        await Promise.all(
          Array.from({ length: 40 }, async () => {
            for (let turn = 0; turn < 5; turn++) {
              const call = store.open(scope());
              try {
                await call.begin();
                await call.insert("customer", customer());
                await call.commit();
                outcomes.add("ok");
              } catch (error) {
                await call.rollback();
                outcomes.add(error instanceof ApiError ? error.code : String(error));
              }
            }
          }),
        );
      } finally {
        isStorming = false;
        await storm;
      }
      assert.deepEqual(
        [...outcomes].filter((one) => one !== "ok" && one !== "unavailable"),
        [],
      );
      await recovers();
    });

    test("too many connections are unavailable, and more calls than connections wait", async () => {
      await admin.open(scope()).sql(`create role ${limited} login connection limit 1`, []);
      try {
        await admin.open(scope()).sql(`grant all on schema concordat to ${limited}`, []);
        await admin.open(scope()).sql(`grant all on all tables in schema concordat to ${limited}`, []);
        const url = Object.assign(new URL(store.url!), { username: limited }).href;
        const one = await openStore(shop, { databaseUrl: url, poolSize: 1 });
        await assert.rejects(openStore(shop, { databaseUrl: url, poolSize: 1 }), unavailable);
        await one.close();
      } finally {
        await admin.open(scope()).sql(`drop owned by ${limited}`, []);
        await admin.open(scope()).sql(`drop role ${limited}`, []);
      }
    });

    test("while the server is away everything is unavailable at once, and when it is back everything works", async () => {
      const proxy = await startProxy(new URL(store.url!));
      const url = Object.assign(new URL(store.url!), { host: `127.0.0.1:${proxy.port}` }).href;
      const away = await openStore(shop, { databaseUrl: url, poolSize: 2, connectTimeoutMs: 4000 });
      await away.ready();
      const call = away.open(scope());
      await call.begin();
      await proxy.stop();
      await assert.rejects(call.sql("select 1", []), unavailable);
      await call.rollback();
      await assert.rejects(away.ready(), unavailable);
      await assert.rejects(away.open(scope()).insert("customer", customer()), unavailable);
      await assert.rejects(away.apiKeys.list(), unavailable);
      await proxy.start({ silent: true });
      await assert.rejects(away.ready(), unavailable);
      await proxy.stop();
      await proxy.start();
      await away.ready();
      await away.open(scope()).insert("customer", customer());
      await away.close();
      await proxy.stop();
    });

    test("a wrong database, user or right is the operator's mistake, named at the start", async () => {
      const at = (change: Partial<URL>) => Object.assign(new URL(store.url!), change).href;
      const openAt = (databaseUrl: string) =>
        openStore(shop, { databaseUrl }).then((opened) => opened.close());
      const mistake = (text: RegExp) => (error: unknown) =>
        error instanceof UsageError && text.test(error.message);
      await assert.rejects(
        openAt(at({ pathname: "/no_such_db" })),
        mistake(/DATABASE_URL.*"no_such_db" does not exist/),
      );
      await assert.rejects(openAt(at({ username: "no_such_user" })), mistake(/DATABASE_URL.*no_such_user/));
      const other = await database.open(shop);
      await admin.open(scope()).sql(`create role ${poor} login`, []);
      try {
        await other.open(scope()).sql("drop schema concordat cascade", []);
        const url = Object.assign(new URL(other.url!), { username: poor }).href;
        await assert.rejects(openAt(url), mistake(/DATABASE_URL.*permission denied/));
      } finally {
        await admin.open(scope()).sql(`drop role ${poor}`, []);
        await other.close();
      }
    });

    test("nobody listening, and somebody who never answers, are unavailable in time", async () => {
      const server = createServer((socket) => socket.resume().on("error", () => {})).listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      const url = `postgres://nobody@127.0.0.1:${port}/none`;
      await assert.rejects(openStore(shop, { databaseUrl: url, connectTimeoutMs: 500 }), unavailable);
      await new Promise((resolve) => server.close(resolve));
      await assert.rejects(openStore(shop, { databaseUrl: url, connectTimeoutMs: 500 }), unavailable);
    });
  });
}
