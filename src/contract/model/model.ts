import type { JsonValue } from "../../base/lib/json.ts";
import type { FilterOperator, OperationKind, ResourceMethod } from "../language/index.ts";
import type { FieldNode, ObjectNode } from "../schema/index.ts";

/**
 * A contract compiled: names resolved, rules checked, defaults filled in. Frozen, and `JSON.parse(JSON.stringify(model))`
 * loses nothing. Everything but the compiler reads only this. Records are keyed by name.
 */
export interface Model {
  /** Version of this format. */
  readonly concordat: 1;
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** URL segment of the served version, such as `v2`. */
  readonly version: string;
  /** Date of each version by URL segment. */
  readonly versions: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, ResourceModel>>;
  /** By id: `appointment.create`, `appointment.cancel`, or the name of a free operation. */
  readonly operations: Readonly<Record<string, OperationModel>>;
  readonly errors: Readonly<Record<string, ErrorModel>>;
  readonly events: Readonly<Record<string, EventModel>>;
  /** Ways in which callers say who they are; at least one. */
  readonly authentication: readonly AuthenticationModel[];
  readonly rest: RestModel;
  readonly graphql: GraphqlModel;
  readonly rpc: RpcModel;
  /** Absent: calls come one by one. */
  readonly batch?: BatchModel;
}

/** What the gRPC family does alike for all operations. */
export interface RpcModel {
  /** Who may ask a server what services and messages there are; `dev`: only while developing. */
  readonly reflection: "dev" | "always" | "never";
}

/** How much one batch of calls may be. */
export interface BatchModel {
  readonly maxParts: number;
  readonly maxBytes: number;
  /** For all parts together. */
  readonly deadlineMs: number;
}

/** API keys of our own, or tokens that the service checks itself, in `Authorization: <scheme> <token>`. */
export type AuthenticationModel =
  | { readonly kind: "api-keys" }
  | {
      readonly kind: "bearer";
      readonly scheme: string;
      readonly format?: string;
      readonly description?: string;
    };

/** What REST does alike for all operations. */
export interface RestModel {
  /** Path that all operations are below: `/v2`, `/api`, or empty. */
  readonly base: string;
  readonly timestamps: "shortest" | "milliseconds";
  /** Absent: problem+json (RFC 9457). */
  readonly errors?: ErrorStyleModel;
}

/** What GraphQL offers and refuses. */
export interface GraphqlModel {
  readonly introspection: "dev" | "always" | "never";
  readonly documents: "any" | "trusted";
  /** Absent: one request at a time. */
  readonly batch?: { readonly maxRequests: number };
  readonly federation: boolean;
  readonly limits: GraphqlLimitsModel;
}

/** How much one GraphQL request may be. */
export interface GraphqlLimitsModel {
  readonly maxBodyBytes: number;
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxFields: number;
  readonly maxRootFields: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxCost: number;
}

/** What error answers look like where they are not problem+json. */
export interface ErrorStyleModel {
  readonly mediaType: string;
  readonly body: ErrorTemplateModel;
  /** HTTP status by built-in code, where it is not that of the closed table. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** A piece of an error answer; the last four kinds stand inside `violations` only. */
export type ErrorTemplateModel =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "object"; readonly members: Readonly<Record<string, ErrorTemplateModel>> }
  | { readonly kind: "list"; readonly items: readonly ErrorTemplateModel[] }
  | { readonly kind: "code" | "status" | "title" | "detail" | "requestId" | "data" }
  | { readonly kind: "violations"; readonly item: ErrorTemplateModel }
  | { readonly kind: "messagesByField"; readonly otherwise: string }
  | { readonly kind: "field" | "pointer" | "reason" | "message" };

export interface ResourceModel {
  /** camelCase singular: `appointment`. */
  readonly name: string;
  /** camelCase plural: `appointments`. */
  readonly plural: string;
  /** kebab-case plural, the REST path segment. */
  readonly path: string;
  /** snake_case plural, the SQL table. */
  readonly table: string;
  readonly description?: string;
  /** Prefix of its ids, without the underscore. */
  readonly prefix: string;
  /** Every field in order: `id` first, `createdAt` and `updatedAt` last. */
  readonly fields: Readonly<Record<string, FieldNode>>;
  /** SQL column by field name: snake_case. */
  readonly columns: Readonly<Record<string, string>>;
  readonly owner?: string;
  readonly list: ListModel;
  /** Ref fields that `expand` may follow → the resource each names. */
  readonly expand: Readonly<Record<string, string>>;
  /** Lists of rows that refer to a row of this resource, by name: `cities` of a country. */
  readonly relations: Readonly<Record<string, RelationModel>>;
  /** All indexes the table needs, the automatic ones included; the primary key is not among them. */
  readonly indexes: readonly IndexModel[];
  readonly whenDenied: "forbidden" | "not-found";
  /** Rule for reading a row, used for expanded relations too. */
  readonly read: readonly AccessRule[];
}

/** Rows of `resource` whose ref `field` names the row; what its list, filtered by the ref, has. */
export interface RelationModel {
  readonly resource: string;
  readonly field: string;
}

export interface ListModel {
  /** Path (`status`, `slot.startsAt`) → what it is and which operators it takes. */
  readonly filter: Readonly<Record<string, FilterModel>>;
  /** Paths callers may sort by. */
  readonly sort: readonly string[];
  readonly defaultSort: { readonly field: string; readonly descending: boolean };
  readonly search: readonly string[];
  readonly limit: number;
  readonly maxLimit: number;
  readonly total: "none" | "estimated" | "exact";
  readonly maxOffset?: number;
}

export interface FilterModel {
  readonly operators: readonly FilterOperator[];
  /** The field a value is decoded by (the last one of the path). */
  readonly field: FieldNode;
}

export type IndexModel =
  | { readonly kind: "btree"; readonly fields: readonly string[]; readonly unique: boolean }
  | { readonly kind: "search"; readonly fields: readonly string[] };

/** Who may do something; a list allows what any one rule allows, an empty list nobody. */
export type AccessRule =
  | { readonly kind: "anyone" }
  | { readonly kind: "principal"; readonly role?: string; readonly rows?: RowRule };

/** Which rows; resolved to field names of the resource (`owner` has become `self`). */
export type RowRule =
  | { readonly kind: "self"; readonly field: string }
  | { readonly kind: "through"; readonly resource: string; readonly row: string; readonly self: string };

export interface OperationModel {
  readonly id: string;
  readonly kind: OperationKind;
  readonly name: string;
  readonly resource?: string;
  readonly method?: ResourceMethod;
  readonly description?: string;
  /** What a caller sends as body: an allowlist. Absent: no body. Patch: every field optional, null removes. */
  readonly input?: ObjectNode;
  /** What a caller receives. `row`: the resource's projection; `page`: a list of it; `none`: nothing. */
  readonly output: OutputModel;
  /** Codes of the declared errors it may answer with. */
  readonly errors: readonly string[];
  readonly access: readonly AccessRule[];
  readonly whenDenied: "forbidden" | "not-found";
  readonly deadlineMs: number;
  readonly maxBodyBytes: number;
  readonly deprecated?: string;
  /** Commands only; `none` for the rest. */
  readonly idempotency: "required" | "accepted" | "none";
  readonly preconditionRequired: boolean;
  readonly cacheControl?: string;
  /** Commands whose work goes on after their answer. */
  readonly longRunning?: LongRunningModel;
  /** Actions: allowed states by enum field; `set`: fields it writes, in wire form, null to remove an optional one. */
  readonly when?: Readonly<Record<string, readonly string[]>>;
  readonly set?: Readonly<Record<string, JsonValue>>;
  readonly direction?: "server" | "client";
  /** Client streams and channels: messages that a caller may send in one call. */
  readonly maxMessages?: number;
  /** Channels: the resource whose rows they are about. */
  readonly key?: string;
  /** How REST offers it; absent for streams and channels, which have protocols of their own. */
  readonly http?: HttpModel;
}

/** How the work of a long-running command is run. */
export interface LongRunningModel {
  /** For one try. */
  readonly timeoutMs: number;
  readonly maxAttempts: number;
}

export type OutputModel =
  | { readonly kind: "row"; readonly resource: string }
  | { readonly kind: "page"; readonly resource: string }
  | { readonly kind: "value"; readonly field: FieldNode }
  | FileOutput
  | { readonly kind: "none" };

/** A file: REST sends its bytes. Protocols without downloads of their own leave the operation to REST. */
export interface FileOutput {
  readonly kind: "file";
  /** Its type is a file. */
  readonly field: FieldNode;
  /** The resource's field that a download sends; absent where a handler gives the file. */
  readonly of?: string;
}

export interface HttpModel {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base: `/appointments/{id}/cancel`. */
  readonly path: string;
  /** Of success. */
  readonly status: 200 | 201 | 202 | 204;
  /** Input fields that are parameters of the path, in its order. The row's `{id}` is not among them. */
  readonly parameters: readonly string[];
  /** Input fields that come in the query string; those named nowhere come in the body. */
  readonly query: readonly string[];
  /** Key of the body that holds the input. */
  readonly body?: string;
  /** Key of the answer that holds the output; for pages, of each of its parts. */
  readonly answer?: AnswerModel;
  readonly unknownFields: "refuse" | "ignore";
}

/** Where the output stands in the answer. */
export type AnswerModel =
  | { readonly kind: "value"; readonly key: string }
  | { readonly kind: "page"; readonly keys: Readonly<Partial<Record<PagePart, string>>> };

/** What a page is made of. */
export type PagePart = "data" | "total" | "nextCursor" | "prevCursor" | "hasMore";

export interface ErrorModel {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly message?: string;
  readonly data?: FieldNode;
}

export interface EventModel {
  readonly name: string;
  readonly resource?: string;
  readonly payload?: FieldNode;
}
