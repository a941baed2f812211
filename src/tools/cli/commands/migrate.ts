import { dirname, join, relative, resolve } from "node:path";
import {
  type Difference,
  type MigrationStatus,
  openStore,
  planMigrationFiles,
} from "../../../runtime/store/index.ts";
import { type Command, type CommandContext, EXIT } from "../command.ts";
import { environmentFailure, usageFailure } from "../failure.ts";
import { type LoadedApi, loadApi } from "../load-api.ts";
import { DATABASE_OPTIONS, databasePlace } from "../settings.ts";

const ACTIONS: Readonly<
  Record<string, (context: CommandContext, loaded: LoadedApi, folder: string) => Promise<void>>
> = {
  plan,
  apply,
  status,
};

/** `concordat migrate`: the database's tables. */
export const migrate: Command = {
  name: "migrate",
  summary: "Plan, apply and inspect changes of the database",
  usage: "plan|apply|status [service] [--dir <folder>]",
  maxArguments: 2,
  details:
    "plan compares the contract with the last planned state and writes what is missing as SQL files to review; it needs no\n" +
    "database. apply runs the files that a database has not seen, one process at a time. status tells what was applied, what is\n" +
    "pending and how the tables differ from the contract, and exits with 1 where they do not fit.",
  options: {
    dir: { value: "folder", description: "Folder of the files. Default: migrations beside the service" },
    name: { value: "name", description: "What the change is, for the file names: add_notes (plan)" },
    "dry-run": { description: "Show the plan and write nothing (plan)" },
    "allow-destructive": { description: "Allow statements that lose data (plan)" },
    baseline: {
      description: "Record all files as applied on a database that has their tables already (apply)",
    },
    ...DATABASE_OPTIONS,
  },
  examples: [
    [
      "concordat migrate plan examples/clinic --name init",
      "Write the first files to examples/clinic/migrations",
    ],
    ["concordat migrate apply examples/clinic", "Apply what is pending on DATABASE_URL"],
    ["concordat migrate status examples/clinic --json", "Tell a program where the database stands"],
  ],
  run: async (context) => {
    const [action, target] = context.arguments;
    const run = action !== undefined && Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (run === undefined) {
      throw usageFailure(
        action === undefined ? "plan, apply or status?" : `unknown action ${action}`,
        "concordat migrate --help",
      );
    }
    const loaded = await loadApi(target, context.cwd);
    const dir = context.option("dir");
    await run(
      context,
      loaded,
      dir === undefined ? join(dirname(loaded.path), "migrations") : resolve(context.cwd, dir),
    );
  },
};

async function plan(context: CommandContext, { model }: LoadedApi, folder: string): Promise<void> {
  const { terminal, cwd } = context;
  const name = context.option("name");
  const write = context.flag("dry-run") !== true;
  const planned = planMigrationFiles(model, folder, {
    write,
    allowDestructive: context.flag("allow-destructive") === true,
    ...(name === undefined ? {} : { name }),
  });
  const { warnings, destructive, files } = planned;
  terminal.result({
    ok: true,
    folder,
    written: write,
    files: files.map(({ name: file, text }) => ({ name: file, sql: text })),
    warnings,
    destructive,
  });
  if (files.length === 0) {
    terminal.print(`${terminal.style("green", "✔")} Nothing to plan: the files have all of the contract`);
    return;
  }
  for (const { name: file, text } of files) {
    terminal.print(`${terminal.style("green", write ? "+" : "·")} ${relative(cwd, join(folder, file))}`);
    if (!write) terminal.print(text);
  }
  for (const warning of warnings) terminal.warn(`${terminal.style("yellow", "warning")}: ${warning}`);
  for (const loss of destructive) terminal.warn(`${terminal.style("yellow", "loses")}: ${loss}`);
  if (write) terminal.print("Review them, commit them, then: concordat migrate apply");
}

async function apply(context: CommandContext, loaded: LoadedApi, folder: string): Promise<void> {
  const { terminal } = context;
  const store = await open(context, loaded);
  try {
    const ran = await store.migrations.apply(folder, { baseline: context.flag("baseline") === true });
    const { unplanned } = await store.migrations.status(folder);
    terminal.result({ ok: true, applied: ran.map(({ name }) => name), unplanned });
    for (const { name } of ran) terminal.print(`${terminal.style("green", "✔")} ${name}`);
    if (ran.length === 0) terminal.print("Nothing was pending.");
    if (unplanned.length > 0) {
      terminal.warn("The contract has changes that no file has yet: concordat migrate plan");
    }
  } finally {
    await store.close();
  }
}

async function status(context: CommandContext, loaded: LoadedApi, folder: string): Promise<void> {
  const { terminal } = context;
  const store = await open(context, loaded);
  let found: MigrationStatus;
  try {
    found = await store.migrations.status(folder);
  } finally {
    await store.close();
  }
  const { applied, pending, mistakes, unplanned, drift } = found;
  const fits = pending.length + mistakes.length + unplanned.length + drift.length === 0;
  terminal.result({ ok: fits, ...found, pending: pending.map(({ name }) => name) });
  for (const { name, appliedAt } of applied)
    terminal.print(`${terminal.style("green", "✔")} ${name}  ${appliedAt}`);
  for (const { name } of pending)
    terminal.print(`${terminal.style("yellow", "·")} ${name}  pending: concordat migrate apply`);
  for (const mistake of mistakes) terminal.print(`${terminal.style("red", "✖")} ${mistake}`);
  if (unplanned.length > 0) {
    terminal.print(
      `${terminal.style("yellow", "·")} ${unplanned.length} statements not planned: concordat migrate plan`,
    );
  }
  for (const difference of drift) terminal.print(`${terminal.style("yellow", "≠")} ${describe(difference)}`);
  if (fits)
    terminal.print(
      applied.length === 0
        ? "The database fits the contract."
        : "Everything is applied; the database fits the contract.",
    );
  else process.exitCode = EXIT.wrong;
}

function describe({ place, expected, found }: Difference): string {
  return `${place}: expected ${expected}, found ${found}`;
}

function open(context: CommandContext, { model }: LoadedApi) {
  const place = databasePlace(context);
  if (place === undefined) {
    throw environmentFailure(
      "no database: DATABASE_URL is not set",
      "set it to postgres://user:password@host:5432/database, or name a folder with --data",
    );
  }
  return openStore(model, place);
}
