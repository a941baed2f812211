import { type Api, api, command, compile, error, type Handler, handle, t } from "concordat";
import fc from "fast-check";
import type { Model } from "../../../src/contract/model/index.ts";
import { createApiKeyAuthenticator, issueApiKey } from "../../../src/runtime/auth/index.ts";
import { createEngine } from "../../../src/runtime/engine/index.ts";
import { createRestHandler } from "../../../src/runtime/protocols/index.ts";
import { createRpcService } from "../../../src/runtime/protocols/rpc/index.ts";
import { createServer } from "../../../src/runtime/server/index.ts";
import { protocolRoutes } from "../../../src/runtime/server/protocol-routes.ts";
import type { Actor, Caller } from "../../behaviour/caller.ts";
import { createCborCaller } from "../../behaviour/callers/cbor.ts";
import { createGraphqlCaller } from "../../behaviour/callers/graphql.ts";
import { createMcpCaller } from "../../behaviour/callers/mcp.ts";
import { createRestCaller } from "../../behaviour/callers/rest.ts";
import { createRpcCaller } from "../../behaviour/callers/rpc.ts";
import type { TestDatabase } from "../../support/databases.ts";
import { anyType, openContracts } from "../../support/generate-contract.ts";

/** A contract and what its operations do. */
export interface AgreeableService {
  readonly contract: Api;
  /** `sees` is told the input in program form. */
  readonly handlersFor: (sees: (input: unknown) => void) => readonly Handler[];
}

/**
 * Generated contracts with three operations more, which take a value of any type: one gives it back as a member, one as
 * its whole answer, one refuses with it.
 */
export const agreeableServices: fc.Arbitrary<AgreeableService> = fc
  .tuple(openContracts, anyType)
  .map(([{ options }, type]) => {
    const input = t.object({ value: type });
    const because = error("not_today", { status: 409, data: t.object({ value: type }) });
    const echo = command("echo", { input, output: t.object({ value: type }) });
    const tell = command("tell", { input, output: type });
    const refuse = command("refuse", { input, errors: [because] });
    const given = options.operations ?? [];
    const idle = given.filter(({ spec }) => spec.name === "sendAll" || spec.name === "askOnce");
    return {
      contract: api("generated", { ...options, operations: [...given, echo, tell, refuse] }),
      handlersFor: (sees) => [
        ...idle.map((operation) => handle(operation, () => Promise.reject(new TypeError("not asked for")))),
        handle(echo, ({ input: asked }) => {
          sees(asked);
          return asked;
        }),
        handle(tell, ({ input: asked }) => {
          sees(asked);
          // The phantom type of an object's member is lost where its field may be of any type.
          return (asked as { readonly value: unknown }).value;
        }),
        handle(refuse, ({ input: asked }) => {
          sees(asked);
          throw because(asked);
        }),
      ],
    };
  });

/** One generated service, its callers over every protocol, and what its operations saw. */
export interface Agreement {
  readonly model: Model;
  /** REST first: what it answers is the model's wire form itself. */
  readonly callers: readonly Caller[];
  readonly as: Actor;
  /** Inputs in program form as the handlers got them; each call leaves one. */
  readonly seen: unknown[];
  /** What the server called an internal error. */
  readonly faults: unknown[];
  close(): Promise<void>;
}

/** Serves a contract on every protocol. */
export async function openAgreement(
  database: TestDatabase,
  { contract, handlersFor }: AgreeableService,
): Promise<Agreement> {
  const model = compile(contract);
  const store = await database.open(model);
  const faults: unknown[] = [];
  const seen: unknown[] = [];
  const fault = (fields: object, message: string) => faults.push({ message, ...fields });
  const logger = { info: () => {}, warn: () => {}, error: fault };
  const clock = { now: Date.now };
  const engine = createEngine({
    model,
    store,
    logger,
    clock,
    authenticator: createApiKeyAuthenticator({ keys: store.apiKeys, clock, logger }),
    handlers: handlersFor((input) => seen.push(input)),
  });
  const onError = (_: unknown, thrown: unknown) => faults.push(thrown);
  const server = createServer({
    logger,
    handler: createRestHandler({ engine, openApi: () => "{}", onError }),
    routes: await protocolRoutes({ engine, service: {} }, {}, onError),
    rpc: createRpcService({ engine, ready: async () => {}, reflects: false, onError }),
  });
  const { url } = await server.listen();
  const { key } = await issueApiKey(
    { keys: store.apiKeys, clock },
    { name: "key", principal: "everybody", roles: ["clerk"] },
  );
  const callers = [
    createRestCaller(model, url),
    createCborCaller(model, url),
    createGraphqlCaller(model, url),
    createMcpCaller(model, url),
    createRpcCaller(model, url, "grpc"),
    createRpcCaller(model, url, "grpc-web"),
    createRpcCaller(model, url, "connect"),
  ];
  return {
    model,
    callers,
    as: { id: "everybody", key },
    seen,
    faults,
    close: async () => {
      for (const caller of callers) await caller.close();
      await server.close();
      await store.close();
    },
  };
}
