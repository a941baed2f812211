import { join, relative } from "node:path";
import { UsageError } from "../../../base/errors/index.ts";
import { type Lock, updateLock } from "../../../contract/evolve/index.ts";
import type { Api } from "../../../contract/language/index.ts";
import { compile } from "../../../contract/model/index.ts";
import { type RunningService, startService } from "../../../runtime/server/index.ts";
import type { CommandContext } from "../command.ts";
import { loadService } from "../load-api.ts";
import { openLockFile } from "../lock-file.ts";
import { databasePlace, developmentDataDir, developmentDir, filesPlace, portOf } from "../settings.ts";
import { type DemoKey, prepareDemoData } from "./demo-data.ts";
import { readDevFile, writeDevFile } from "./dev-file.ts";
import { createDevLogger } from "./dev-logger.ts";
import { type TryLine, tryLines } from "./try-lines.ts";

/** Where `concordat dev` listens when nothing says otherwise. */
const DEFAULT_PORT = 4000;

/** Starts a service for development: demo data on an empty database, keys in `.concordat/dev.json`, and what to try. */
export async function runDev(context: CommandContext): Promise<RunningService> {
  const { terminal, cwd } = context;
  const startedAt = performance.now();
  const { service, path } = await loadService(context.arguments[0], cwd);
  const { name } = service.api;
  const lock = keepLock(service.api, path, context);
  const devFile = join(developmentDir(cwd), "dev.json");
  const known = readDevFile(devFile);
  let keys: readonly DemoKey[] = [];
  const host = context.option("host");
  const place = databasePlace(context) ?? { dataDir: developmentDataDir(cwd, name) };
  const running = await startService(service, {
    mode: "dev",
    lock,
    port: portOf(context, DEFAULT_PORT),
    ...(host === undefined ? {} : { host }),
    ...place,
    ...filesPlace(context),
    logger: createDevLogger(terminal),
    prepare: async ({ engine, store, clock }) => {
      keys = await prepareDemoData(
        { service, engine, store, clock },
        known?.service === name ? known.apiKeys : {},
      );
    },
  }).catch((error: unknown) => {
    throw "dataDir" in place ? withWayOut(error, relative(cwd, place.dataDir)) : error;
  });
  const { url, model } = running;
  const docs = `${url}/docs`;
  const graphql = `${url}/graphql`;
  const apiKeys = Object.fromEntries(keys.map(({ name: who, key }) => [who, key]));
  writeDevFile(devFile, { service: name, url, docs, graphql, apiKeys });
  const lines = tryLines(model, url, keys);
  terminal.result({
    ok: true,
    service: name,
    url,
    docs,
    graphql,
    devFile,
    try: lines.map(({ line }) => line),
  });

  const { style } = terminal;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2);
  terminal.print(
    `${style("green", "✔")} ${style("bold", model.title)} on ${style("cyan", url)} (${relative(cwd, path)}, ready in ${seconds} s)`,
  );
  terminal.print(`  Reference  ${docs}`);
  terminal.print(`  OpenAPI    ${url}/openapi.json`);
  terminal.print(`  GraphQL    ${graphql}`);
  terminal.print(`  gRPC       ${url.replace(/^https?:\/\//, "")}, with gRPC-Web, Connect and reflection`);
  terminal.print(`  MCP        ${url}/mcp`);
  if (keys.length > 0)
    terminal.print(
      `  Demo keys  ${keys.map(({ name: who }) => who).join(", ")}: in ${relative(cwd, devFile)}`,
    );
  printLines(lines, context);
  return running;
}

/** Brings the lock beside the contract up to date, so that whoever commits the contract commits its numbers too. */
function keepLock(api: Api, path: string, { cwd, terminal }: CommandContext): Lock {
  const file = openLockFile(path, cwd);
  const lock = updateLock(compile(api), file.lock);
  if (file.write(lock))
    terminal.print(`${terminal.style("green", "✔")} ${relative(cwd, file.path)} is written: commit it`);
  return lock;
}

/** Demo data may be given up, which the store cannot know: adds how to the refusal of a change that would lose some. */
function withWayOut(error: unknown, dataDir: string): unknown {
  if (!(error instanceof UsageError)) return error;
  return new UsageError(
    error.mistakes.map((mistake) =>
      mistake.place === "tables of the model"
        ? { ...mistake, fix: `${mistake.fix}; or delete ${dataDir} to start afresh` }
        : mistake,
    ),
  );
}

function printLines(lines: readonly TryLine[], { terminal }: CommandContext): void {
  if (lines.length === 0) return;
  terminal.print("\nTry:");
  for (const { does, line } of lines) {
    terminal.print(terminal.style("dim", `  # ${does}`));
    terminal.print(`  ${line}`);
  }
  terminal.print("");
}
