import type { Model } from "../../../contract/model/index.ts";
import { createTable } from "./create-table.ts";
import { diffTable } from "./diff-table.ts";
import { type SchemaState, stateOf } from "./state.ts";
import { dropTable, type PlannedStatement } from "./statements.ts";

/** What must be done to a database to get it from one state to what a model wants. */
export interface MigrationPlan {
  /** In the order to run them. Empty: nothing to do. */
  readonly statements: readonly PlannedStatement[];
  /** What would be lost, a sentence each; empty where nothing is. */
  readonly destructive: readonly string[];
  /** What to know before running it: locks, rewrites, statements that may fail on existing rows. */
  readonly warnings: readonly string[];
  /** The state afterwards. */
  readonly state: SchemaState;
}

export interface PlanOptions {
  /**
   * Builds indexes and checks rows without blocking writers, in statements that run alone. False only for a database
   * that nobody else uses. Default true.
   */
  readonly online?: boolean;
}

/**
 * Plans a migration; reads nothing but its arguments. Additive steps come first, then what drops something. Online, no
 * statement holds a lock that blocks writers for longer than a moment, unless a warning says so.
 */
export function planMigration(from: SchemaState, model: Model, options: PlanOptions = {}): MigrationPlan {
  const online = options.online ?? true;
  const state = stateOf(model);
  const steps: PlannedStatement[] = [];
  const warnings: string[] = [];
  for (const [name, table] of Object.entries(state.tables)) {
    const before = from.tables[name];
    if (before)
      steps.push(...diffTable(name, before, table, { online, warn: (text) => warnings.push(text) }));
    else steps.push(...createTable(name, table));
  }
  for (const [name, table] of Object.entries(from.tables)) {
    if (!state.tables[name]) steps.push(...dropTable(name, table));
  }
  // Within a phase those that share a transaction come first, so that few files are needed.
  const statements = PHASES.flatMap((phase) =>
    [false, true].flatMap((alone) => steps.filter((step) => step.phase === phase && step.alone === alone)),
  );
  const destructive = statements.flatMap((statement) => statement.loses ?? []);
  return { statements, destructive, warnings, state };
}

// Constraints go before what they hang on, tables before what refers to them, new indexes before old ones are dropped.
const PHASES = ["unbind", "create", "alter", "bind", "index", "validate", "drop"] as const;
