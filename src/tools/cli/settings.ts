import { join, resolve } from "node:path";
import type { CommandContext } from "./command.ts";
import { usageFailure } from "./failure.ts";

/** Options that say where the data is; the same for every command that opens a database. */
export const DATABASE_OPTIONS = {
  "database-url": { value: "url", description: "PostgreSQL to use. Default: DATABASE_URL" },
  data: { value: "folder", description: "Folder of the embedded PostgreSQL" },
} as const;

/** Where a service's data is: a PostgreSQL, or a folder of the embedded one. */
export type DatabasePlace = { readonly databaseUrl: string } | { readonly dataDir: string };

/** Reads the place from options and environment; undefined where neither names one. Options win. */
export function databasePlace({ option, env, cwd }: CommandContext): DatabasePlace | undefined {
  const url = option("database-url");
  const data = option("data");
  if (url !== undefined && data !== undefined)
    throw usageFailure("--database-url and --data exclude each other");
  if (data !== undefined) return { dataDir: data === "memory" ? data : resolve(cwd, data) };
  const databaseUrl = url ?? env.DATABASE_URL;
  return databaseUrl === undefined || databaseUrl === "" ? undefined : { databaseUrl };
}

/** Reads `--port`, else `PORT`, else `fallback`. */
export function portOf({ option, env }: CommandContext, fallback: number): number {
  const [name, text] = option("port") === undefined ? ["PORT", env.PORT] : ["--port", option("port")];
  if (text === undefined || text === "") return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw usageFailure(`${name} must be a whole number from 0 to 65535, not ${text}`);
}

/** Reads `FILES_DIR`, a folder for the bytes of files; without it they lie in the database. */
export function filesPlace({ env, cwd }: CommandContext): { readonly filesDir?: string } {
  const folder = env.FILES_DIR;
  return folder === undefined || folder === "" ? {} : { filesDir: resolve(cwd, folder) };
}

/** Folder that `concordat dev` keeps its files in. */
export function developmentDir(cwd: string): string {
  return join(cwd, ".concordat");
}

/** Data folder of `concordat dev` for a service; each has its own, so that several can be developed in one place. */
export function developmentDataDir(cwd: string, apiName: string): string {
  return join(developmentDir(cwd), apiName);
}
