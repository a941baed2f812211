import type { Model } from "../../contract/model/index.ts";
import type { Clock } from "../engine/ports.ts";
import type { Pool } from "./pool.ts";
import { ReadLanes } from "./read-lanes.ts";
import type { ReadRow } from "./sql/get.sql.ts";
import type { ReadPageRow } from "./sql/list.sql.ts";
import { StatementCache } from "./statements.ts";
import type { StepLocks } from "./step-locks.ts";
import { createTables, type Tables } from "./tables.ts";

/** What the sessions of one store share. */
export interface StoreParts {
  readonly model: Model;
  readonly pool: Pool;
  readonly lanes: ReadLanes;
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
  return {
    model,
    pool,
    lanes: new ReadLanes(pool),
    clock,
    stepLocks,
    tables: createTables(model),
    gets: new StatementCache(),
    lists: new StatementCache(),
    writes: new StatementCache(),
  };
}
