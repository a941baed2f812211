import type { AnyField, Fields, FileValue, PatchOf, ReceivedOf, RowOf } from "../schema/index.ts";
import type { ListInput } from "./list-input.ts";
import type { Page } from "./page.ts";

// Interfaces, since TypeScript works out the type of an interface's member when somebody reads it, and that of a type
// argument at once. Checkers that only need to know that an operation is there, as those of client calls do for nearly all
// of a contract, are thus spared the rows and inputs of it.

/**
 * What the types of a client are made from: `name` of the method or action and `fields` of the resource, or undefined;
 * `input` and `output`, the fields declared as such, or undefined.
 */
export interface CallShape {
  readonly name: string | undefined;
  readonly fields: Fields | undefined;
  readonly input: unknown;
  readonly output: unknown;
}

/** What the type of a handler is made from: what it receives and returns, and the row that the call is about. */
export interface HandlerShape {
  readonly received: unknown;
  readonly returned: unknown;
  readonly target: unknown;
}

type ValueOf<F, Otherwise = undefined> = F extends AnyField ? F["~value"] : Otherwise;

/** Of a query or command outside resources. */
export interface FreeShape<I, O> {
  readonly name: undefined;
  readonly fields: undefined;
  readonly input: I;
  readonly output: O;
  readonly received: ValueOf<I>;
  readonly returned: ValueOf<O, void>;
  readonly target: undefined;
}

/** Of a resource's list. */
export interface ListShape<S extends Fields> {
  readonly name: "list";
  readonly fields: S;
  readonly input: undefined;
  readonly output: undefined;
  readonly received: ListInput;
  readonly returned: Page<RowOf<S>>;
  readonly target: undefined;
}

/** Of reading one row. */
export interface GetShape<S extends Fields> {
  readonly name: "get";
  readonly fields: S;
  readonly input: undefined;
  readonly output: undefined;
  readonly received: undefined;
  readonly returned: RowOf<S>;
  readonly target: undefined;
}

/** Of making a row. */
export interface CreateShape<S extends Fields> {
  readonly name: "create";
  readonly fields: S;
  readonly input: undefined;
  readonly output: undefined;
  readonly received: ReceivedOf<S>;
  readonly returned: RowOf<S>;
  readonly target: undefined;
}

/** Of writing a row anew. */
export interface ReplaceShape<S extends Fields> {
  readonly name: "replace";
  readonly fields: S;
  readonly input: undefined;
  readonly output: undefined;
  readonly received: ReceivedOf<S>;
  readonly returned: RowOf<S>;
  readonly target: RowOf<S>;
}

/** Of changing some fields of a row. */
export interface PatchShape<S extends Fields> {
  readonly name: "patch";
  readonly fields: S;
  readonly input: undefined;
  readonly output: undefined;
  readonly received: PatchOf<S>;
  readonly returned: RowOf<S>;
  readonly target: RowOf<S>;
}

/** Of deleting a row. */
export interface DeleteShape<S extends Fields> {
  readonly name: "delete";
  readonly fields: S;
  readonly input: undefined;
  readonly output: undefined;
  readonly received: undefined;
  // biome-ignore lint/suspicious/noConfusingVoidType: what a function that gives nothing returns
  readonly returned: void;
  readonly target: RowOf<S>;
}

/** Of a named command on one row. */
export interface ActionShape<S extends Fields, Action extends string, I, O> {
  readonly name: Action;
  readonly fields: S;
  readonly input: I;
  readonly output: O;
  readonly received: ValueOf<I>;
  readonly returned: ValueOf<O, RowOf<S>>;
  readonly target: RowOf<S>;
}

/** Of the download of a file. */
export interface DownloadShape {
  readonly received: undefined;
  readonly returned: FileValue;
  readonly target: undefined;
}

/** Of a stream, in which one side sends many. */
export interface StreamShape<I extends AnyField, O extends AnyField, Direction> {
  readonly received: Direction extends "client" ? AsyncIterable<I["~value"]> : I["~value"];
  readonly returned: Direction extends "client" ? O["~value"] : AsyncIterable<O["~value"]>;
  readonly target: undefined;
}

/** Of a channel, in which both sides send many. */
export interface ChannelShape<I extends AnyField, O extends AnyField, S extends Fields> {
  readonly received: AsyncIterable<I["~value"]>;
  readonly returned: AsyncIterable<O["~value"]>;
  readonly target: RowOf<S>;
}
