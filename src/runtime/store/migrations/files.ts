import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../../base/errors/index.ts";
import type { Model } from "../../../contract/model/index.ts";
import { type MigrationPlan, planMigration } from "./plan.ts";
import { EMPTY_STATE, type SchemaState } from "./state.ts";
import type { PlannedStatement } from "./statements.ts";

/** One file of a migrations folder. */
export interface MigrationFile {
  readonly number: number;
  /** `0002_add_notes.sql`. */
  readonly name: string;
  readonly text: string;
  /** Hex SHA-256 of the text with line ends as `\n`. */
  readonly checksum: string;
  /** Whether its statements run one by one, each for itself. */
  readonly alone: boolean;
}

/** Options of {@link planMigrationFiles}. */
export interface PlanFilesOptions {
  /** What the change is, in a few words: becomes part of the file names. Default `init` for the first, else `change`. */
  readonly name?: string;
  /** Allows statements that lose data. Default false. */
  readonly allowDestructive?: boolean;
  /** Whether the files are written. Default true. */
  readonly write?: boolean;
}

/** What was planned and, unless asked not to, written. */
export interface PlannedFiles extends MigrationPlan {
  readonly files: readonly MigrationFile[];
}

/** First line of a file whose statements cannot run in a transaction. */
export const NO_TRANSACTION = "-- concordat: no-transaction";

const SNAPSHOT = "snapshot.json";

/**
 * Compares a model with the folder's snapshot.json and writes what is missing as `NNNN_name.sql` files to review, and
 * the new snapshot. Needs no database. Throws UsageError where data would be lost and that is not allowed.
 */
export function planMigrationFiles(
  model: Model,
  folder: string,
  options: PlanFilesOptions = {},
): PlannedFiles {
  const existing = readMigrationFiles(folder);
  const plan = planMigration(readSnapshotFile(folder), model);
  if (plan.destructive.length > 0 && options.allowDestructive !== true)
    throw destructiveError(plan.destructive);
  const last = existing.at(-1)?.number ?? 0;
  const name = slug(options.name ?? (last === 0 ? "init" : "change"));
  const files = group(plan.statements).map((statements, index) => {
    const number = last + 1 + index;
    const title = `${String(number).padStart(4, "0")}_${name}${index === 0 ? "" : `_${index + 1}`}`;
    return migrationFile(`${title}.sql`, fileText(statements, index === 0 ? plan.warnings : []));
  });
  if (options.write !== false && files.length > 0) {
    mkdirSync(folder, { recursive: true });
    for (const file of files) writeFileSync(join(folder, file.name), file.text, { flag: "wx" });
    writeFileSync(join(folder, SNAPSHOT), `${JSON.stringify(plan.state, undefined, 2)}\n`);
  }
  return { ...plan, files };
}

/** The folder's files by number; none where there is no folder. Throws UsageError for two with one number. */
export function readMigrationFiles(folder: string): readonly MigrationFile[] {
  const files = namesIn(folder)
    .filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name))
    .sort()
    .map((name) => migrationFile(name, readFileSync(join(folder, name), "utf8")));
  for (const [index, file] of files.entries()) {
    if (files[index - 1]?.number === file.number) {
      throw new UsageError({
        place: `migrations folder ${folder}`,
        expected: "one file for each number",
        found: `${files[index - 1]!.name} and ${file.name}`,
        fix: "plan one of them again on top of the other",
      });
    }
  }
  return files;
}

/** The state that the folder's files lead to. */
export function readSnapshotFile(folder: string): SchemaState {
  if (!namesIn(folder).includes(SNAPSHOT)) return EMPTY_STATE;
  const state: SchemaState = JSON.parse(readFileSync(join(folder, SNAPSHOT), "utf8"));
  return state;
}

/** What would be lost, as the error that refuses it. */
export function destructiveError(losses: readonly string[]): UsageError {
  return new UsageError(
    losses.map((loss) => ({
      place: "tables of the model",
      expected: "a change that keeps all data",
      found: `one that loses some: ${loss}`,
      fix: "keep the field or resource, or allow destructive changes",
    })),
  );
}

function migrationFile(name: string, text: string): MigrationFile {
  return {
    number: Number(name.slice(0, 4)),
    name,
    text,
    checksum: createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex"),
    alone: text.startsWith(NO_TRANSACTION),
  };
}

/** Neighbours that run alike: statements in one transaction, or each alone. */
function group(statements: readonly PlannedStatement[]): readonly (readonly PlannedStatement[])[] {
  const groups: PlannedStatement[][] = [];
  for (const statement of statements) {
    const last = groups.at(-1);
    if (last && last[0]!.alone === statement.alone) last.push(statement);
    else groups.push([statement]);
  }
  return groups;
}

function fileText(statements: readonly PlannedStatement[], warnings: readonly string[]): string {
  const lines = [
    ...(statements[0]?.alone ? [NO_TRANSACTION] : []),
    "-- Made by concordat from the contract. Review it; change it before it is applied, never after.",
    ...warnings.map((warning) => `-- Warning: ${warning}`),
  ];
  const texts = statements.map(({ sql, loses }) => `${loses ? `-- Loses: ${loses}\n` : ""}${sql};\n`);
  return `${lines.join("\n")}\n\n${texts.join("\n")}`;
}

function slug(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g);
  if (words) return words.join("_").slice(0, 60);
  throw new UsageError({
    place: "migration name",
    expected: "letters and digits",
    found: JSON.stringify(name),
    fix: "name what the change is, such as add_notes",
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
