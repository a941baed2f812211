import type { Connection } from "../driver.ts";
import { CREATE_SYSTEM_TABLES, SYSTEM_VERSION } from "../sql/system.sql.ts";

/** Advisory locks of the store's own work; any two numbers that others are unlikely to use. */
export const MIGRATION_LOCK = "4021796401";

/**
 * Makes the tables of schema `concordat` where they are missing or old. Many processes may do so at once; one that may
 * not create anything is content when they are there.
 */
export async function ensureSystemTables(connection: Connection): Promise<void> {
  if (await isCurrent(connection)) return;
  await connection.query("begin", [], false);
  try {
    await connection.query("select pg_advisory_xact_lock($1::bigint)", [MIGRATION_LOCK], false);
    if (!(await isCurrent(connection))) await connection.script(CREATE_SYSTEM_TABLES);
    await connection.query("commit", [], false);
  } catch (error) {
    await connection.query("rollback", [], false).catch(() => {});
    throw error;
  }
}

async function isCurrent(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query("select to_regclass('concordat.meta') is not null", [], false);
  if (rows[0]?.[0] !== "t") return false;
  const version = await connection.query(
    "select value from concordat.meta where \"key\" = 'system'",
    [],
    false,
  );
  return version.rows[0]?.[0] === SYSTEM_VERSION;
}
