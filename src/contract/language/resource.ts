import {
  type AnyField,
  type ChangesOf,
  type Field,
  type Fields,
  type FileKeys,
  type InputOf,
  type OutputOf,
  type RowOf,
  t,
} from "../schema/index.ts";
import type { AccessTable } from "./access.ts";
import type { CommandOptions, Operation, OperationSpec, QueryOptions, ResourceMethod } from "./operation.ts";
import type {
  ActionShape,
  CreateShape,
  DeleteShape,
  DownloadShape,
  GetShape,
  ListShape,
  PatchShape,
  ReplaceShape,
} from "./shape.ts";

/** A field of a resource, or `relation.field`, which follows one ref. */
export type FieldPath<S extends Fields> = FieldName<S> | `${keyof S & string}.${string}`;

type FileName<S extends Fields> = FileKeys<S> & string;

type FieldName<S extends Fields> = (keyof S & string) | "createdAt" | "updatedAt";

// Arrays, of which only this much is said: TypeScript would copy all of an array's methods for the names of each resource, and
// make the union of names anew for each option that takes them.

/** A list of fields' names. */
interface FieldNames<S extends Fields> {
  readonly [index: number]: FieldName<S>;
  readonly length: number;
}

/** A list of fields' names and of `relation.field`. */
interface FieldPaths<S extends Fields> {
  readonly [index: number]: FieldPath<S>;
  readonly length: number;
}

/** What a list offers. Filters, sorts and search are allowlists; each needs a usable index, checked at compile. */
export interface ListOptions<S extends Fields = Fields> {
  /** Fields callers may filter by; `relation.field` follows one ref. */
  readonly filter?: FieldPaths<S>;
  /** Fields callers may sort by. `createdAt` is always allowed. */
  readonly sort?: FieldPaths<S>;
  /** Default order: `-createdAt` (newest first). */
  readonly defaultSort?: FieldPath<S> | `-${FieldPath<S>}`;
  /** String and text fields that `?q=` searches. */
  readonly search?: FieldNames<S>;
  /** Default page size 20. */
  readonly limit?: number;
  /** Largest page size; a larger request is refused. Default 100. */
  readonly maxLimit?: number;
  /** Whether lists can be counted with `?total=true`. Default none. */
  readonly total?: "none" | "estimated" | "exact";
  /** Offset pages (`?offset=`) up to this row. Default: not offered. */
  readonly maxOffset?: number;
}

export interface ResourceOptions<S extends Fields> {
  readonly description?: string;
  /** Plural name, camelCase. Default: English plural of the name. */
  readonly plural?: string;
  /** Field that names the owning principal; set by the server at create where it is readOnly. */
  readonly owner?: (keyof S & string) | "id";
  /**
   * Who may do what. Deny by default: what is not listed is allowed to role `admin` only; reading and writing a
   * resource with an `owner` also to the owner.
   */
  readonly access?: AccessTable;
  readonly list?: ListOptions<S>;
  /** Refs that `?expand=` may follow. Default: all. */
  readonly expand?: readonly (keyof S & string)[];
  /** Extra indexes, each a list of fields. Those that filters, sorts, refs and access rules need are made anyway. */
  readonly indexes?: readonly FieldNames<S>[];
  /** How an unauthorised caller is answered for a row that exists. Default forbidden. */
  readonly whenDenied?: "forbidden" | "not-found";
}

/** The fields that every resource has beside those its author names. */
type With<S extends Fields> = S & {
  readonly createdAt: Field<string, "readOnly" | "default">;
  readonly updatedAt: Field<string, "readOnly" | "default">;
};

/** One row of a resource as handlers see it. */
export type Row<R extends AnyResource> = RowOf<R["fields"]>;

/** One row as callers receive it. */
export type Output<R extends AnyResource> = OutputOf<R["fields"]>;

/** What callers send to create one. */
export type Input<R extends AnyResource> = InputOf<R["fields"]>;

export interface AnyResource {
  readonly kind: "resource";
  readonly name: string;
  readonly fields: Fields;
  readonly options: ResourceOptions<Fields>;
}

/** A resource: a noun with fields, rows in a table and the standard operations. Inert data. */
export interface Resource<Name extends string, S extends Fields> extends AnyResource {
  readonly name: Name;
  readonly fields: S;
  readonly options: ResourceOptions<any>;
  list(options?: QueryOptions): Operation<ListShape<S>, never, Name>;
  get(options?: QueryOptions): Operation<GetShape<S>, never, Name>;
  create(options?: CommandOptions): Operation<CreateShape<S>, never, Name>;
  replace(options?: CommandOptions): Operation<ReplaceShape<S>, never, Name>;
  patch(options?: CommandOptions): Operation<PatchShape<S>, never, Name>;
  delete(options?: CommandOptions): Operation<DeleteShape<S>, never, Name>;
  /** The download of one of its files: `GET /<plural>/{id}/<field>`. Every file field that is ever sent has one. */
  download<const Download extends FileName<S>>(
    field: Download,
    options?: QueryOptions,
  ): Operation<DownloadShape, never, never>;
  /** A named command on one row; its output is the row unless `output` says otherwise. */
  action<
    const Action extends string,
    I extends AnyField | undefined = undefined,
    O extends AnyField | undefined = undefined,
  >(name: Action, options?: ActionOptions<S, I, O>): Operation<ActionShape<S, Action, I, O>, Name, never>;
}

/** What can be said of an action on rows with these fields. */
export interface ActionOptions<S extends Fields, I, O> extends CommandOptions {
  readonly input?: I;
  readonly output?: O;
  /** States in which the action is allowed, by enum field; otherwise 409 `invalid_state` naming them. */
  readonly when?: { readonly [K in keyof S]?: readonly S[K]["~value"][] };
  /** Fields set by the action; with it the action needs no handler. */
  readonly set?: { readonly [K in keyof ChangesOf<S>]?: ChangesOf<S>[K] };
}

/** Name of the operation that downloads a field: `downloadReport`. */
export function downloadName(field: unknown): string {
  const name = String(field);
  return `download${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

const CREATED_AT = t.timestamp({ description: "When the row was made; set by the server." }).readOnly();
const UPDATED_AT = t.timestamp({ description: "When the row last changed; set by the server." }).readOnly();

/** Declares a resource. `createdAt` and `updatedAt` are added; the id field is the one whose type is `t.id`. */
export function resource<const Name extends string, S extends Fields>(
  name: Name,
  fields: S,
  options: ResourceOptions<NoInfer<S>> = {},
): Resource<Name, With<S>> {
  // Fields of these names that the author wrote stay, at the end: the compiler says what is wrong with them.
  const { createdAt = CREATED_AT, updatedAt = UPDATED_AT, ...own }: Fields = { ...fields };
  const all = { ...own, createdAt, updatedAt };
  const on = (method: ResourceMethod, given?: object, action: string = method, field?: string) => {
    const { input, output, ...rest }: OperationSpec["options"] & { input?: AnyField; output?: AnyField } = {
      ...given,
    };
    const spec: OperationSpec = {
      kind: method === "list" || method === "get" || method === "download" ? "query" : "command",
      name: action,
      resource: name,
      method,
      ...(field === undefined ? {} : { field }),
      options: rest,
      ...(input ? { input } : {}),
      ...(output ? { output } : {}),
    };
    return Object.freeze({ kind: "operation" as const, spec: Object.freeze(spec) });
  };
  return Object.freeze({
    kind: "resource" as const,
    name,
    fields: Object.freeze(all),
    options: Object.freeze({ ...options }),
    list: (given?: QueryOptions) => on("list", given),
    get: (given?: QueryOptions) => on("get", given),
    create: (given?: CommandOptions) => on("create", given),
    replace: (given?: CommandOptions) => on("replace", given),
    patch: (given?: CommandOptions) => on("patch", given),
    delete: (given?: CommandOptions) => on("delete", given),
    download: (field: string, given?: object) => on("download", given, downloadName(field), field),
    action: (action: string, given?: object) => on("action", given, action),
  }) as unknown as Resource<Name, With<S>>;
}
