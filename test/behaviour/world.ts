import { compile } from "concordat";
import { startService } from "concordat/server";
import { hashApiKey, issueApiKey } from "../../src/runtime/auth/index.ts";
import type { Logger } from "../../src/runtime/engine/index.ts";
import type { Caller } from "./caller.ts";
import { createCborCaller } from "./callers/cbor.ts";
import { createClientCaller } from "./callers/client.ts";
import { createExistingCaller } from "./callers/existing.ts";
import { createGraphqlCaller } from "./callers/graphql.ts";
import { createMcpCaller } from "./callers/mcp.ts";
import { createMemoryCaller } from "./callers/memory.ts";
import { createRestCaller } from "./callers/rest.ts";
import { createRpcCaller } from "./callers/rpc.ts";
import { existingModel, serveExisting } from "./existing.ts";
import type { Place } from "./scenario.ts";
import { behaviour } from "./service.ts";
import { type Keys, ShiftedClock, Stage } from "./stage.ts";

/** The contract that the scenarios call. */
export const model = compile(behaviour.api);

/** One served system on one database, called in every way. */
export interface World {
  readonly stages: Readonly<Record<Place["caller"], Stage>>;
  /** What was logged as an error and no scenario meant: each is a bug. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Starts the whole system as `concordat dev` does, on PostgreSQL (an empty database) or PGlite in memory. */
export async function openWorld(databaseUrl: string | undefined): Promise<World> {
  const clock = new ShiftedClock();
  const errors: string[] = [];
  const logger: Logger = {
    info: () => {},
    warn: () => {},
    error: (fields, message) => {
      const { status = 500, code = status === 500 ? "internal" : "", operation } = fields as Logged;
      if (code === "internal" && !MEANT_TO_FAIL.includes(operation)) {
        errors.push(`${message} ${JSON.stringify(fields)}`);
      }
    },
  };
  const styled = existingModel(model);
  const running = await startService(behaviour, {
    mode: "dev",
    clock,
    logger,
    operations: { retryMs: 20, pollMs: 50 },
    ...(databaseUrl === undefined ? { dataDir: "memory" } : { databaseUrl }),
  });
  const existing = await serveExisting(styled, running);
  const callers: Readonly<Record<Place["caller"], Caller>> = {
    memory: createMemoryCaller(running.engine, running.store.files),
    rest: createRestCaller(model, running.url),
    cbor: createCborCaller(model, running.url),
    client: createClientCaller(behaviour.api, running.url),
    existing: createExistingCaller(styled, existing.url),
    mcp: createMcpCaller(model, running.url),
    graphql: createGraphqlCaller(model, running.url),
    grpc: createRpcCaller(model, running.url, "grpc"),
    "grpc-web": createRpcCaller(model, running.url, "grpc-web"),
    connect: createRpcCaller(model, running.url, "connect"),
  };
  const { apiKeys } = running.store;
  let made = 0;
  const keys: Keys = {
    make: async (holder) =>
      (await issueApiKey({ keys: apiKeys, clock }, { name: `key ${++made}`, ...holder })).key,
    revoke: async (key) => {
      const record = await apiKeys.findByHash(hashApiKey(key));
      if (record) await apiKeys.revoke(record.id);
    },
  };
  const stageOf = (caller: Place["caller"]) =>
    new Stage({
      place: { caller, database: databaseUrl === undefined ? "pglite" : "postgres" },
      caller: callers[caller],
      callers: Object.values(callers),
      model,
      clock,
      keys,
    });
  return {
    stages: {
      memory: stageOf("memory"),
      rest: stageOf("rest"),
      cbor: stageOf("cbor"),
      client: stageOf("client"),
      existing: stageOf("existing"),
      mcp: stageOf("mcp"),
      graphql: stageOf("graphql"),
      grpc: stageOf("grpc"),
      "grpc-web": stageOf("grpc-web"),
      connect: stageOf("connect"),
    },
    errors,
    close: async () => {
      await callers.mcp.close();
      await callers.grpc.close();
      await existing.close();
      await running.close();
    },
  };
}

interface Logged {
  readonly operation?: string;
  /** In lines of the engine. */
  readonly code?: string;
  /** In lines of the server. */
  readonly status?: number;
}

/** Operations of the laboratory whose handlers throw what nobody declared. */
const MEANT_TO_FAIL: readonly unknown[] = [
  "crash",
  "mislead",
  "ensure",
  "swallow",
  "script",
  "scriptQuery",
  "scriptWithoutKey",
  "whoAmI",
  "scriptLong",
  "scriptLongTimeout",
];
