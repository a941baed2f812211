import { UsageError } from "../../base/errors/index.ts";
import type { AnyResource, Api, OnlyTable, Operation, Page } from "../../contract/language/index.ts";
import { type OperationOutline, outline } from "../../contract/model/index.ts";
import type { AnyCallOptions } from "./call-options.ts";
import { ClientCaller } from "./caller.ts";
import type { Client } from "./client.ts";
import { type ClientOptions, resolveClientOptions } from "./client-options.ts";
import { createListing } from "./listing.ts";

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
    const method = methodOf(() => find(id), name, caller);
    if (name === undefined) {
      members[first] = method;
      continue;
    }
    const group: Record<string, unknown> = Object(members[first] ?? {});
    group[name] = method;
    members[first] = group;
  }
  return {
    ...members,
    call: (subject: Operation | string, input?: unknown, callOptions?: AnyCallOptions) => {
      const raw = typeof subject === "string";
      const operation = find(raw ? subject : idOf(subject));
      return caller.call({ operation, input, options: callOptions, raw });
    },
  };
}

function idOf({ spec }: Operation): string {
  return spec.resource === undefined ? spec.name : `${spec.resource}.${spec.name}`;
}

/** The function that stands for an operation; its parameters are those that the types of Client say. */
function methodOf(find: () => OperationOutline, name: string | undefined, caller: ClientCaller): unknown {
  switch (name) {
    case "list":
      return (query: Readonly<Record<string, unknown>> = {}, options: AnyCallOptions = {}) => {
        const operation = find();
        return createListing(operation.id, async (cursor) => {
          const asked = cursor === undefined ? query : { ...query, offset: undefined, cursor };
          return toPage(await caller.call({ operation, options: { ...options, query: asked } }));
        });
      };
    case "get":
    case "delete":
      return (id: string, options?: AnyCallOptions) =>
        caller.call({ operation: find(), options: { ...options, id } });
    case "create":
      return (input: unknown, options?: AnyCallOptions) => caller.call({ operation: find(), input, options });
    case undefined:
      return (first?: unknown, second?: AnyCallOptions) => {
        const operation = find();
        return operation.input === undefined
          ? caller.call({ operation, options: toOptions(first) })
          : caller.call({ operation, input: first, options: second });
      };
    default:
      return (id: string, second?: unknown, third?: AnyCallOptions) => {
        const operation = find();
        return operation.input === undefined
          ? caller.call({ operation, options: { ...toOptions(second), id } })
          : caller.call({ operation, input: second, options: { ...third, id } });
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
