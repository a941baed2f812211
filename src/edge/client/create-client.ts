import { UsageError } from "../../base/errors/index.ts";
import type { AnyResource, Api, OnlyTable, Operation, Page } from "../../contract/language/index.ts";
import { type OperationOutline, outline } from "../../contract/model/index.ts";
import type { AnyCallOptions } from "./call-options.ts";
import { type ClientCall, ClientCaller } from "./caller.ts";
import type { Client } from "./client.ts";
import { type ClientOptions, resolveClientOptions } from "./client-options.ts";
import { createListing } from "./listing.ts";
import { beginOperation, type ClientParts, registerClient } from "./long-running.ts";

/**
 * Makes a client of a contract, typed by it, for browsers and Node.js. Opens nothing: each call is a request of its own.
 * Throws UsageError for options that cannot be.
 */
export function createClient<R extends AnyResource, O extends Operation, Only extends OnlyTable>(
  api: Api<R, O, Only>,
  options: ClientOptions,
): Client<R, O, Only>;
export function createClient(api: Api, options: ClientOptions): object {
  const outlined = outline(api);
  const caller = new ClientCaller(outlined, resolveClientOptions(options, outlined.base));
  const parts: ClientParts = { outline: outlined, caller };
  // A long-running command is waited for, so that its method gives what its type says.
  const run = async (call: ClientCall): Promise<unknown> => {
    if (call.operation.longRunning !== true || call.raw === true) return caller.call(call);
    const { timeoutMs, signal } = call.options ?? {};
    const running = await beginOperation(call, parts);
    return running.wait({
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
    });
  };

  const find = (id: string): OperationOutline => {
    const operation = outlined.operation(id);
    if (operation !== undefined) return operation;
    throw new UsageError({
      place: "client.call",
      expected: `an operation that ${outlined.name} offers over REST`,
      found: JSON.stringify(id),
      fix: "add it to the api's operations, or correct the id",
    });
  };

  const members: Record<string, unknown> = {};
  for (const id of outlined.operations) {
    const [first = "", name] = id.split(".");
    const method = methodOf(() => find(id), name, run);
    if (name === undefined) {
      members[first] = method;
      continue;
    }
    const group: Record<string, unknown> = Object(members[first] ?? {});
    group[name] = method;
    members[first] = group;
  }
  const client = {
    ...members,
    call: (subject: Operation | string, input?: unknown, callOptions?: AnyCallOptions) => {
      const raw = typeof subject === "string";
      const operation = find(raw ? subject : idOf(subject?.spec));
      return run({ operation, input, options: callOptions, raw });
    },
  };
  registerClient(client, parts);
  return client;
}

function idOf(spec: Operation["spec"] | undefined): string {
  if (spec === undefined) return "";
  return spec.resource === undefined ? spec.name : `${spec.resource}.${spec.name}`;
}

/** The function that stands for an operation; its parameters are those that the types of Client say. */
function methodOf(
  find: () => OperationOutline,
  name: string | undefined,
  run: (call: ClientCall) => Promise<unknown>,
): unknown {
  switch (name) {
    case "list":
      return (query: Readonly<Record<string, unknown>> = {}, options: AnyCallOptions = {}) => {
        const operation = find();
        return createListing(operation.id, async (cursor) => {
          const asked = cursor === undefined ? query : { ...query, offset: undefined, cursor };
          return toPage(await run({ operation, options: { ...options, query: asked } }));
        });
      };
    case "get":
    case "delete":
      return (id: string, options?: AnyCallOptions) =>
        run({ operation: find(), options: { ...options, id } });
    case "create":
      return (input: unknown, options?: AnyCallOptions) => run({ operation: find(), input, options });
    case undefined:
      return (first?: unknown, second?: AnyCallOptions) => {
        const operation = find();
        return operation.input === undefined
          ? run({ operation, options: toOptions(first) })
          : run({ operation, input: first, options: second });
      };
    default:
      return (id: string, second?: unknown, third?: AnyCallOptions) => {
        const operation = find();
        return operation.input === undefined
          ? run({ operation, options: { ...toOptions(second), id } })
          : run({ operation, input: second, options: { ...third, id } });
      };
  }
}

function toOptions(given: unknown): AnyCallOptions {
  return Object(given ?? {});
}

/** A list's answer, which has been read as a page. */
function toPage(value: unknown): Page<unknown> {
  return Object(value);
}
