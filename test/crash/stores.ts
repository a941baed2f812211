import { type CrashReport, type CrashTestOptions, formatReport } from "concordat/testing";
import { databases } from "../support/databases.ts";

/** A store to kill servers on. */
export interface CrashStore {
  readonly name: "PGlite" | "PostgreSQL";
  readonly options: Pick<CrashTestOptions, "databaseUrl">;
}

/** Both stores, or PGlite alone where no PostgreSQL answers. */
export function crashStores(): readonly CrashStore[] {
  return databases().map(({ name, serverUrl }) => ({
    name,
    options: serverUrl === undefined ? {} : { databaseUrl: serverUrl },
  }));
}

/** The clinic's plan. */
export const CLINIC: URL = new URL("../../examples/clinic/crash.ts", import.meta.url);

/** The file of a plan beside these tests. */
export function planOf(name: string): URL {
  return new URL(`plans/${name}.ts`, import.meta.url);
}

/** The seed of the run: `SEED=n` chooses another than the test's own. */
export function asSeed(own: number): string {
  return process.env.SEED ?? String(own);
}

/** What a failed test says. */
export function tell(report: CrashReport): string {
  return `${formatReport(report)}\n${JSON.stringify(report.findings, null, 2)}`;
}
