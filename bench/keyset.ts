/**
 * Keyset page 1 against page 50,000 of 1,000,000 rows on PostgreSQL, 20 rows each, in the store's own SQL, interleaved:
 * the ratio of the medians should be within 1.2. For comparison the same deep page by OFFSET. `--rows N --json`.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { compile } from "concordat";
import postgres from "postgres";
import type { ListPlan } from "../src/runtime/engine/ports.ts";
import { openStore } from "../src/runtime/store/index.ts";
import { bench } from "./fixture.ts";
import { prepareDatabase } from "./prepare.ts";

const { values: options } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, json: { type: "boolean", default: false } },
});
const rows = Number(options.rows);
const LIMIT = 20;
const ROUNDS = 400;

const database = await prepareDatabase(rows);
const store = await openStore(compile(bench), { databaseUrl: database.url });
const sql = postgres(database.url, { max: 1 });
try {
  const plan: ListPlan = {
    filter: [],
    sort: { field: "createdAt", descending: true },
    limit: LIMIT,
    access: "all",
  };
  // The row that page 50,000 continues after: the last one of the page before it.
  const deepPage = rows / LIMIT;
  const [row] = await sql<{ id: string; created_at: Date }[]>`
    select id, created_at from widgets order by created_at desc, id desc offset ${rows - LIMIT - 1} limit 1`;
  if (!row) throw new RangeError("the table has too few rows");
  const from = { id: row.id, value: row.created_at.toISOString(), backward: false };

  const pages = { first: plan, deep: { ...plan, from }, offset: { ...plan, offset: rows - LIMIT } };
  const times: Record<keyof typeof pages, number[]> = { first: [], deep: [], offset: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, page] of Object.entries(pages) as [keyof typeof pages, ListPlan][]) {
      // A scan over a million rows is slow enough to be timed a few times only.
      if (name === "offset" && round >= 5) continue;
      const started = process.hrtime.bigint();
      const session = store.open({ signal: AbortSignal.timeout(60_000), deadline: Date.now() + 60_000 });
      const { rows: found } = await session.list("widget", page);
      const micros = Number(process.hrtime.bigint() - started) / 1000;
      if (found.length !== LIMIT)
        throw new RangeError(`the ${name} page has ${found.length} rows, not ${LIMIT}`);
      // The first rounds prepare statements and fill caches.
      if (round >= 20 || name === "offset") times[name].push(micros);
    }
  }
  const median = (name: keyof typeof pages) =>
    times[name].sort((a, b) => a - b)[times[name].length >> 1] ?? 0;
  const report = {
    date: new Date().toISOString(),
    node: process.version,
    rows,
    page: deepPage,
    firstMicros: median("first"),
    deepMicros: median("deep"),
    ratio: median("deep") / median("first"),
    offsetMicros: median("offset"),
  };
  writeFileSync(new URL("results/keyset.json", import.meta.url), `${JSON.stringify(report, null, 1)}\n`);
  if (options.json) console.log(JSON.stringify(report));
  else {
    console.log(`${rows} rows, ${LIMIT} a page, median of ${times.first.length} reads each, interleaved`);
    console.log(`  page 1                 ${report.firstMicros.toFixed(0).padStart(8)} µs`);
    console.log(
      `  page ${deepPage} by cursor   ${report.deepMicros.toFixed(0).padStart(8)} µs, ratio ${report.ratio.toFixed(2)}`,
    );
    console.log(
      `  page ${deepPage} by OFFSET   ${report.offsetMicros.toFixed(0).padStart(8)} µs (for comparison)`,
    );
  }
} finally {
  await sql.end();
  await store.close();
  await database.drop();
}
