/**
 * Loads the atlas: `node --conditions=source examples/atlas/load.ts`. Into DATABASE_URL, or else into the data folder
 * that `concordat dev examples/atlas` serves from. May be stopped at any time and run again.
 */
import { startService } from "concordat/server";
import { createProgress } from "../../src/tools/cli/progress.ts";
import { readCities, readCountries } from "./data.ts";
import { loadRows } from "./load-rows.ts";
import atlas from "./service.ts";

const startedAt = performance.now();
const countries = readCountries();
const cities = readCities(countries);
const total = countries.length + cities.length;
const { DATABASE_URL: databaseUrl } = process.env;

const running = await startService(atlas, {
  mode: "dev",
  logLevel: "error",
  ...(databaseUrl ? { databaseUrl } : { dataDir: ".concordat/atlas" }),
});
const progress = createProgress({
  label: "rows",
  total,
  terminal: { json: false, progress: process.stderr },
});
try {
  await loadRows((work) => running.engine.transaction(work), { countries, cities }, progress.update);
  progress.done();
} finally {
  await running.close();
}
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(
  `${countries.length} countries and ${cities.length.toLocaleString("en")} cities are in ` +
    `${databaseUrl ? "PostgreSQL" : ".concordat/atlas"} (${seconds} s).`,
);
