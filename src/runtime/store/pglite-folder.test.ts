import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { customer, scope, shop } from "../../../test/support/shop.ts";
import { UsageError } from "../../base/errors/index.ts";
import { openStore } from "./open-store.ts";
import { PGLITE_POSTGRES, PGLITE_VERSION, readSnapshot, SNAPSHOT_PATH } from "./pglite-snapshot.ts";

/** Opens a folder, commits customers for ever and prints the id of each after its commit; one transaction stays open. */
const WRITER = `
import { openStore } from ${JSON.stringify(join(import.meta.dirname, "open-store.ts"))};
import { customer, scope, shop } from ${JSON.stringify(join(import.meta.dirname, "../../../test/support/shop.ts"))};
const store = await openStore(shop, { dataDir: process.argv[1] });
await store.migrations.applyModel();
console.log("open");
for (let turn = 0; ; turn++) {
  const call = store.open(scope());
  await call.begin();
  const values = customer();
  await call.insert("customer", values);
  await call.commit();
  if (turn === 5) await store.open(scope()).sql("checkpoint", []);
  await new Promise((resolve) => process.stdout.write(values.id + "\\n", resolve));
}`;

describe("a folder of PGlite", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "concordat-data-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  function write(dataDir: string): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
    const child = spawn(
      process.execPath,
      ["--conditions=source", "--input-type=module-typescript", "-e", WRITER, dataDir],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    return { child, lines: createInterface(child.stdout!)[Symbol.asyncIterator]() };
  }

  test("the version is the one that is installed, and the snapshot was made", () => {
    const require = createRequire(import.meta.url);
    const root = dirname(dirname(require.resolve("@electric-sql/pglite")));
    assert.equal(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version, PGLITE_VERSION);
    assert.ok(readSnapshot(), `${SNAPSHOT_PATH} is made by: npm run prepare`);
  });

  test("rows are there when a folder is opened again", async () => {
    const dataDir = join(folder, "deep", "again");
    const values = customer();
    const first = await openStore(shop, { dataDir });
    await first.migrations.applyModel();
    await first.open(scope()).insert("customer", values);
    await first.close();
    assert.equal(existsSync(`${dataDir}.lock`), false);
    const second = await openStore(shop, { dataDir });
    assert.deepEqual(
      (await second.open(scope()).get("customer", values.id, { access: "all" }))?.values,
      values,
    );
    await second.close();
  });

  test("a fresh folder comes from the snapshot, not from initdb", async () => {
    const dataDir = join(folder, "fresh");
    const store = await openStore(shop, { dataDir });
    // initdb makes three databases; the snapshot, which unpacks in a tenth of its time, has one.
    assert.deepEqual(await store.open(scope()).sql("select count(*) as n from pg_database", []), [{ n: 1n }]);
    await store.close();
    assert.equal(readFileSync(join(dataDir, "PG_VERSION"), "utf8").trim(), PGLITE_POSTGRES);
  });

  test("a process killed in the middle of writing has lost no commit, and its lock stops nobody", async () => {
    const dataDir = join(folder, "killed");
    const { child, lines } = write(dataDir);
    const exited = new Promise((resolve) => child.once("exit", resolve));
    const committed: string[] = [];
    for await (const line of lines) {
      if (line === "open") continue;
      committed.push(line);
      if (committed.length === 40) child.kill("SIGKILL");
    }
    await exited;
    assert.ok(existsSync(`${dataDir}.lock`));
    const store = await openStore(shop, { dataDir });
    for (const row of committed) {
      assert.ok(await store.open(scope()).get("customer", row, { access: "all" }), `${row} was committed`);
    }
    const another = { ...customer({ email: "after@example.com" }), id: `cus_${"z".repeat(26)}` };
    await store.open(scope()).insert("customer", another);
    await store.close();
  });

  test("a folder that another process has open is refused, naming that process", async () => {
    const dataDir = join(folder, "shared");
    const { child, lines } = write(dataDir);
    await lines.next();
    await assert.rejects(openStore(shop, { dataDir }), (error) => {
      return error instanceof UsageError && error.message.includes(`process ${child.pid}`);
    });
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    await (await openStore(shop, { dataDir })).close();
  });

  test("a lock of a process id that was given out again is not believed", async () => {
    const dataDir = join(folder, "reused");
    const holder = { pid: process.pid, startedAt: "another boot 1", token: "x" };
    writeFileSync(`${dataDir}.lock`, JSON.stringify(holder));
    await (await openStore(shop, { dataDir })).close();
    writeFileSync(`${dataDir}.lock`, "half a fi");
    await (await openStore(shop, { dataDir })).close();
  });

  test("a start that was killed while it made the folder leaves nothing that a later one trips over", async () => {
    const dataDir = join(folder, "half");
    mkdirSync(`${dataDir}.new`);
    writeFileSync(join(`${dataDir}.new`, "PG_VERSION"), "18\n");
    const store = await openStore(shop, { dataDir });
    await store.migrations.applyModel();
    await store.close();
  });

  test("folders of something else and of another version are refused and left alone", async () => {
    const strange = join(folder, "strange");
    mkdirSync(strange);
    writeFileSync(join(strange, "thesis.txt"), "precious");
    await assert.rejects(openStore(shop, { dataDir: strange }), UsageError);
    assert.equal(readFileSync(join(strange, "thesis.txt"), "utf8"), "precious");
    writeFileSync(join(strange, "PG_VERSION"), "12\n");
    await assert.rejects(openStore(shop, { dataDir: strange }), /data of PostgreSQL 12/);
  });
});
