export type { MetaStore } from "./meta.ts";
export type { AppliedMigration, ApplyOptions } from "./migrations/apply.ts";
export type { Difference } from "./migrations/drift.ts";
export {
  type MigrationFile,
  type PlanFilesOptions,
  type PlannedFiles,
  planMigrationFiles,
} from "./migrations/files.ts";
export type { MigrationStatus, Migrations } from "./migrations/migrations.ts";
export { type MigrationPlan, planMigration } from "./migrations/plan.ts";
export type { SchemaState } from "./migrations/state.ts";
export { type OpenedStore, openStore } from "./open-store.ts";
export type { StoreOptions } from "./options.ts";
