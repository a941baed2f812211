import type { JsonValue } from "../../base/lib/index.ts";
import type {
  AnyResource,
  CallShape,
  OnlyTable,
  Operation,
  OperationSpec,
  Page,
} from "../../contract/language/index.ts";
import type {
  AnyField,
  Fields,
  FileKeys,
  FileValue,
  Flatten,
  GivenOf,
  InputOf,
  ObjectType,
  OutputOf,
  PatchOf,
} from "../../contract/schema/index.ts";
import type { AnyCallOptions, CallOptions, CommandOptions, RowCommandOptions } from "./call-options.ts";
import type { ListQuery } from "./list-query.ts";
import type { DownloadedFile } from "./read-answer.ts";

/**
 * A client of an api: `client.<resource>.<method>(…)` for resources and their actions, `client.<operation>(input)` for
 * what stands outside of them, `call` for any. Each property's type is worked out when it is first used, so that a
 * contract of thousands of operations costs a client no more than what it calls.
 */
export type Client<R extends AnyResource, O extends Operation, Only extends OnlyTable> = {
  readonly [T in R as T["name"]]: Standard<T, O, Only> & Downloads<T["fields"]>;
} & { readonly [T in O as KeyOf<T>]: Members<ShapeOf<T>> } & ClientCalls;

/** Ways to call that need no names. */
export interface ClientCalls {
  /** Calls an operation of the contract, `options.id` naming the row it is about. For operations that are a value in hand. */
  call<Shape extends CallShape>(
    operation: CallableOperation<Shape>,
    ...args: Given<Shape> extends undefined
      ? [input?: undefined, options?: AnyCallOptions]
      : [input: Given<Shape>, options?: AnyCallOptions]
  ): Promise<Received<Shape>>;
  /** Calls by id, `"appointment.cancel"`, with values as JSON carries them, and gives what JSON carries back. */
  call(operation: string, input?: unknown, options?: AnyCallOptions): Promise<JsonValue | undefined>;
}

/** The standard operations of a resource. */
export interface ResourceMethods<S extends Fields> {
  /** A list to iterate, which fetches page after page; nothing is sent before. */
  list(query?: ListQuery<S>, options?: CallOptions): Listing<OutputOf<S>>;
  list<const F extends string = never, const E extends string = never>(
    query: ListQuery<S> & Projection<F, E>,
    options?: CallOptions,
  ): Listing<Projected<OutputOf<S>, F, E>>;
  get(id: string, options?: CallOptions): Promise<OutputOf<S>>;
  get<const F extends string = never, const E extends string = never>(
    id: string,
    options: CallOptions & Projection<F, E>,
  ): Promise<Projected<OutputOf<S>, F, E>>;
  create(input: Sendable<InputOf<S>, FileKeys<S>>, options?: CommandOptions): Promise<OutputOf<S>>;
  replace(
    id: string,
    input: Sendable<InputOf<S>, FileKeys<S>>,
    options?: RowCommandOptions,
  ): Promise<OutputOf<S>>;
  /** Changes the fields given; null removes an optional one. */
  patch(
    id: string,
    changes: Sendable<PatchOf<S>, FileKeys<S>>,
    options?: RowCommandOptions,
  ): Promise<OutputOf<S>>;
  delete(id: string, options?: RowCommandOptions): Promise<undefined>;
}

/** The downloads of a resource's files: `downloadScan` for the field `scan`. */
type Downloads<S extends Fields> = [FileKeys<S>] extends [never]
  ? unknown
  : {
      readonly [K in FileKeys<S> & string as `download${Capitalize<K>}`]: (
        id: string,
        options?: CallOptions,
      ) => Promise<DownloadedFile>;
    };

/** An input as callers give it: a file is the file itself, not what rows say of it. */
type Sendable<T, Files extends PropertyKey> = [Files] extends [never]
  ? T
  : { [K in keyof T]: K extends Files ? Blob | Extract<T[K], null> : T[K] };

/** A list that is fetched as it is iterated: `for await (const row of client.appointment.list())`. */
export interface Listing<Row> extends AsyncIterable<Row> {
  /** One page: the first, or the one that a cursor of an earlier page leads to. */
  page(cursor?: string): Promise<Page<Row>>;
  /** Page after page. */
  pages(): AsyncIterable<Page<Row>>;
}

/** Which fields of a row to send, and which refs to send as the rows they name. */
export interface Projection<F extends string, E extends string> {
  /** `["id", "provider.name"]`. Default: all. */
  readonly fields?: readonly F[];
  /** `["provider"]`. Default: none. */
  readonly expand?: readonly E[];
}

/** The row that a ref names, in program form; which fields it has, its reader's rights and `fields` decide. */
export type ExpandedRow = Readonly<Record<string, unknown>>;

type Projected<Row, F extends string, E extends string> = Flatten<
  Omit<[F] extends [never] ? Row : Pick<Row, F & keyof Row>, E | RefOf<F>> & {
    readonly [K in E | RefOf<F>]: ExpandedRow;
  }
>;

type RefOf<F extends string> = F extends `${infer Ref}.${string}` ? Ref : never;

type StandardName = keyof ResourceMethods<Fields>;

/** What `only` leaves of the standard operations, and those that the contract declares all the same. */
type Standard<T extends AnyResource, O extends Operation, Only> = T["name"] extends keyof Only
  ? Pick<
      ResourceMethods<T["fields"]>,
      StandardName & (ElementOf<Only[T["name"]]> | DeclaredName<T["name"], NamesByResource<O>>)
    >
  : ResourceMethods<T["fields"]>;

type ElementOf<List> = List extends readonly (infer Element)[] ? Element : never;

type NamesByResource<O extends Operation> = { readonly [T in O as T["~standard"]]: ShapeOf<T>["name"] };

type DeclaredName<Key, Groups> = Key extends keyof Groups ? Groups[Key] : never;

/** What is left of an operation for who calls it. */
export interface CallableOperation<Shape> {
  readonly kind: "operation";
  readonly spec: OperationSpec;
  readonly "~shape": Shape;
}

type FieldsOf<Shape extends CallShape> = NonNullable<Shape["fields"]>;

type ShapeOf<T extends Operation> = T["~shape"];

type KeyOf<T extends Operation> = T["~key"];

/** Operations with one key: a free operation, or the actions of one resource, of which a mapped type makes one property. */
type Members<Shape extends CallShape> = Shape["fields"] extends undefined
  ? FreeMethod<Shape>
  : { readonly [T in Shape as NonNullable<T["name"]>]: ActionMethod<T> };

type ActionMethod<Shape extends CallShape> =
  Given<Shape> extends undefined
    ? (id: string, options?: RowCommandOptions) => Promise<Received<Shape>>
    : (id: string, input: Given<Shape>, options?: RowCommandOptions) => Promise<Received<Shape>>;

type FreeMethod<Shape extends CallShape> =
  Given<Shape> extends undefined
    ? (options?: CommandOptions) => Promise<Received<Shape>>
    : (input: Given<Shape>, options?: CommandOptions) => Promise<Received<Shape>>;

/** What a caller gives. */
export type Given<Shape extends CallShape> =
  Shape["input"] extends ObjectType<infer S>
    ? Sendable<GivenOf<S>, FileKeys<S>>
    : Shape["input"] extends AnyField
      ? Shape["input"]["~value"]
      : Shape["name"] extends "create" | "replace"
        ? Sendable<InputOf<FieldsOf<Shape>>, FileKeys<FieldsOf<Shape>>>
        : Shape["name"] extends "patch"
          ? Sendable<PatchOf<FieldsOf<Shape>>, FileKeys<FieldsOf<Shape>>>
          : undefined;

/** What a caller receives. */
export type Received<Shape extends CallShape> = Shape["output"] extends AnyField
  ? Shape["output"]["~value"] extends FileValue
    ? DownloadedFile
    : Shape["output"]["~value"]
  : Shape["name"] extends "delete"
    ? undefined
    : Shape["name"] extends "list"
      ? Page<OutputOf<FieldsOf<Shape>>>
      : Shape["fields"] extends Fields
        ? OutputOf<Shape["fields"]>
        : undefined;
