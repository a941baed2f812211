import { type CrashReport, formatReport, runCrashTest } from "../../testing/index.ts";
import { type Command, type CommandContext, EXIT } from "../command.ts";
import { CliFailure, usageFailure } from "../failure.ts";
import { importModule, resolveModulePath } from "../load-module.ts";
import { createProgress } from "../progress.ts";
import { databasePlace } from "../settings.ts";

/** `concordat crash`: kills a service again and again and proves that nothing was lost and nothing done twice. */
export const crash: Command = {
  name: "crash",
  summary: "Kill a service again and again; prove that nothing is lost or done twice",
  usage: "[plan] [--kills <n>] [--seed <text>]",
  maxArguments: 1,
  details:
    "Takes a file that exports a crash plan by default, or a folder with a crash.ts; docs/guide/crash-testing.md tells how to write\n" +
    "one. Runs on the embedded PostgreSQL in a temporary folder, or on databases of its own that it makes on the server of\n" +
    "DATABASE_URL and drops; the database that the URL names is not touched. Exits with 1 where something was lost, done twice or\n" +
    "answered untruly.",
  options: {
    kills: { value: "n", description: "Processes to kill. Default 50" },
    seed: { value: "text", description: "Repeats the choices of an earlier run. Default: a random one" },
    servers: {
      value: "n",
      description: "Servers on one database. Default 2; on the embedded one always 1",
    },
    callers: { value: "n", description: "Commands in flight at once. Default 6" },
    "database-url": { value: "url", description: "PostgreSQL to make databases on. Default: DATABASE_URL" },
    embedded: { description: "Use the embedded PostgreSQL even where DATABASE_URL is set" },
  },
  examples: [
    ["concordat crash examples/clinic --kills 20", "Kill the clinic twenty times"],
    ["concordat crash --seed 7 --json", "Repeat a run; the report as JSON"],
  ],
  run: async (context) => {
    const { terminal, cwd } = context;
    const plan = resolveModulePath(context.arguments[0], cwd, ["crash"]);
    // A plan that cannot be loaded is told with its place.
    await importModule(plan, cwd);
    const kills = countOf(context, "kills") ?? 50;
    const [servers, callers, seed] = [
      countOf(context, "servers"),
      countOf(context, "callers"),
      context.option("seed"),
    ];
    const databaseUrl = urlOf(context);
    const progress = createProgress({ label: "kills", total: kills, terminal });
    const controller = new AbortController();
    // Databases and processes that it made must not stay behind.
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => controller.abort());
    const report = await runCrashTest({
      signal: controller.signal,
      plan,
      kills,
      onKill: (count) => progress.update(count),
      ...(seed === undefined ? {} : { seed }),
      ...(servers === undefined ? {} : { servers }),
      ...(callers === undefined ? {} : { callers }),
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
    });
    progress.done();
    terminal.print(formatReport(report));
    if (!report.ok) throw notClean(report);
    if (controller.signal.aborted) {
      const message = `stopped; nothing was found in the ${report.rounds} rounds that were finished`;
      throw new CliFailure({ exitCode: EXIT_STOPPED, message, report });
    }
    terminal.result(report);
    terminal.print(`${terminal.style("green", "✔")} nothing lost, nothing doubled, every answer true`);
  },
};

/** As shells tell of a process that was interrupted. */
const EXIT_STOPPED = 130;

function urlOf(context: CommandContext): string | undefined {
  if (context.flag("embedded") === true) {
    if (context.option("database-url") === undefined) return undefined;
    throw usageFailure("--embedded and --database-url exclude each other");
  }
  const place = databasePlace({
    ...context,
    option: (name) => (name === "data" ? undefined : context.option(name)),
  });
  return place !== undefined && "databaseUrl" in place ? place.databaseUrl : undefined;
}

function countOf({ option }: CommandContext, name: string): number | undefined {
  const text = option(name);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw usageFailure(`--${name} must be a whole number above 0, not ${text}`);
  return Number(text);
}

/** The failure that main.ts prints; with `--json` the whole report is in it. */
function notClean(report: CrashReport): CliFailure {
  const list = report.findings
    .slice(0, 20)
    .map(
      ({ kind, operation, key, message }) =>
        `${[kind, operation, key].filter(Boolean).join(" ")}: ${message}`,
    );
  return new CliFailure({
    exitCode: EXIT.wrong,
    message: [...list, `${report.findings.length} findings`].join("\n"),
    fix: `concordat crash --seed ${report.seed} --kills ${report.kills} repeats it`,
    report,
  });
}
