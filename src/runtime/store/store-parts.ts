import type { Model } from "../../contract/model/index.ts";
import type { Clock } from "../engine/ports.ts";
import { fateOf, toStoreError } from "./errors.ts";
import { Lanes } from "./lanes.ts";
import type { Pool } from "./pool.ts";
import type { ReadRow } from "./sql/get.sql.ts";
import type { ReadPageRow } from "./sql/list.sql.ts";
import { StatementCache } from "./statements.ts";
import type { StepLocks } from "./step-locks.ts";
import { createTables, type Tables } from "./tables.ts";

/** What the sessions of one store share. */
export interface StoreParts {
  readonly model: Model;
  readonly pool: Pool;
  /** Connections that reads share. */
  readonly readLanes: Lanes;
  /** Connections that inserts share. */
  readonly insertLanes: Lanes;
  readonly clock: Clock;
  readonly stepLocks: StepLocks;
  readonly tables: Tables;
  readonly gets: StatementCache<ReadRow>;
  readonly lists: StatementCache<ReadPageRow>;
  readonly writes: StatementCache<ReadRow>;
}

/** Makes them. */
export function createStoreParts({
  model,
  pool,
  clock,
  stepLocks,
}: Pick<StoreParts, "model" | "pool" | "clock" | "stepLocks">): StoreParts {
  const tables = createTables(model);
  const { constraints } = tables;
  return {
    model,
    pool,
    readLanes: new Lanes(pool, {
      repeatable: true,
      explain: (error) => toStoreError(error, "read", constraints),
    }),
    insertLanes: new Lanes(pool, {
      repeatable: false,
      explain: (error) => toStoreError(error, fateOf(error, "write"), constraints),
    }),
    clock,
    stepLocks,
    tables,
    gets: new StatementCache(),
    lists: new StatementCache(),
    writes: new StatementCache(),
  };
}
