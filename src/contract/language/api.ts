import type { AuthenticationSpec } from "./authentication.ts";
import type { EventDefinition } from "./event.ts";
import type { GraphqlOptions } from "./graphql.ts";
import type { Operation } from "./operation.ts";
import type { AnyResource } from "./resource.ts";
import type { RestOptions } from "./rest.ts";
import type { RpcOptions } from "./rpc.ts";

// `readonly [] |` makes TypeScript read an array literal as a tuple. As an array it would compare each element's type with
// each other's, to drop what is said twice: quadratic, and refused (TS2590) from some thousand operations on.
export interface ApiOptions<
  Resources extends readonly [] | readonly AnyResource[] = readonly AnyResource[],
  Operations extends readonly [] | readonly Operation[] = readonly Operation[],
  Only extends OnlyTable = OnlyTable,
> {
  readonly title?: string;
  readonly description?: string;
  /** Date versions by URL segment; the newest is served: `{ v1: "2026-11-01" }`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly resources: Resources;
  /**
   * Operations that need more than the default. A resource gets list, get, create, replace, patch and delete without
   * being named here; `only` narrows them. What is named here is there whatever `only` says.
   */
  readonly operations?: Operations;
  /** Which standard operations each resource has, by name. Default: all six. */
  readonly only?: Only;
  readonly events?: readonly [] | readonly EventDefinition[];
  /** Ways in which callers say who they are. Default: `[apiKeys]`. */
  readonly authentication?: readonly AuthenticationSpec[];
  /** How REST offers it, for an api whose clients are there already. */
  readonly rest?: RestOptions;
  /** How GraphQL offers it: limits, introspection, trusted documents, federation. */
  readonly graphql?: GraphqlOptions;
  /** How gRPC, gRPC-Web and Connect offer it. */
  readonly rpc?: RpcOptions;
  /** Takes several calls in one request, all or nothing if the caller wants. Default: none; `{}` takes the defaults. */
  readonly batch?: BatchLimits;
}

/** How much one batch may be. */
export interface BatchLimits {
  /** Default 50. */
  readonly maxParts?: number;
  /** Bytes of its body. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds for all parts together. Default 30,000. */
  readonly deadlineMs?: number;
}

/** Which standard operations resources have, by the resource's name. */
export type OnlyTable = Readonly<
  Record<string, readonly ("list" | "get" | "create" | "replace" | "patch" | "delete")[]>
>;

/**
 * A whole contract, still inert: {@link compile} makes the model of it. The phantom types, unions of its resources and
 * operations, are for clients.
 */
export interface Api<
  Resources extends AnyResource = AnyResource,
  Operations extends Operation = Operation,
  Only extends OnlyTable = OnlyTable,
> {
  readonly kind: "api";
  readonly name: string;
  readonly options: ApiOptions;
  readonly "~resources"?: Resources;
  readonly "~operations"?: Operations;
  readonly "~only"?: Only;
}

/** Gathers a contract. */
export function api<
  Resources extends readonly [] | readonly AnyResource[],
  Operations extends readonly [] | readonly Operation[] = readonly [],
  const Only extends OnlyTable = Readonly<Record<never, never>>,
>(
  name: string,
  options: ApiOptions<Resources, Operations, Only>,
): Api<Resources[number], Operations[number], Only> {
  return Object.freeze({ kind: "api", name, options: Object.freeze({ ...options }) });
}
