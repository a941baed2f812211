import { ApiError } from "../../base/errors/index.ts";
import type { ProtoField, ProtoMessage } from "../../contract/proto/index.ts";
import { createRootGetter, createSetter, isRecord, WHOLE, type WireRecord } from "./field-path.ts";

/** Turns what was read of a message into the wire form of its value. */
export type FinishMessage = (root: WireRecord) => unknown;

/**
 * Compiles the end of reading a message: flags become null or an empty list, lists that cannot be absent are there, a
 * request has its parts, and a mask says which fields of a patch there are.
 */
export function compileFinish(message: ProtoMessage): FinishMessage {
  if (message.union !== undefined) return compileUnion(message, message.union.tag);
  const steps: ((root: WireRecord) => void)[] = [];
  const isPatch = message.fields.some(({ path }) => path[0] === "updateMask");
  for (const field of message.fields) if (field.marks !== undefined) steps.push(compileMark(field, message));
  const inputs = message.fields.filter(
    ({ path, marks }) => marks === undefined && path[0] === "input" && path.length > 1,
  );
  if (inputs.length > 0) {
    steps.push((root) => {
      root.input ??= {};
    });
  }
  if (isPatch) steps.push(compileMask(inputs, message));
  else for (const field of message.fields) if (isAlwaysThere(field, message)) steps.push(compileEmpty(field));
  const readMask = message.fields.find(({ path }) => path[0] === "fields");
  if (readMask !== undefined) steps.push(compileReadMask(readMask));
  if (message.fields.some(({ path }) => path[0] === "list" && path[1] === "cursor"))
    steps.push(dropEmptyToken);
  const isWhole = message.fields.some(({ path, marks }) => path.length === 0 && marks === undefined);
  return (root) => {
    for (const step of steps) step(root);
    // An item that says nothing is null: it cannot be absent.
    return isWhole ? (root[WHOLE] ?? null) : root;
  };
}

/** The variants of a union are read under their names: the last is what there is. */
function compileUnion(message: ProtoMessage, tag: string): FinishMessage {
  const names = message.fields.flatMap(({ path }) => path[0] ?? []);
  return (root) => {
    const name = names.find((each) => Object.hasOwn(root, each));
    if (name === undefined) return {};
    const value = root[name];
    // What is no object is left to the rules of the input, which say so.
    return isRecord(value) ? { [tag]: name, ...value } : value;
  };
}

function compileMark(mark: ProtoField, message: ProtoMessage): (root: WireRecord) => void {
  const about = message.fields.find(({ name }) => name === mark.marks?.field);
  if (about === undefined) throw new TypeError(`${message.name} has no field ${mark.marks?.field}`);
  const get = createRootGetter(about);
  const set = createSetter(about);
  const isNull = mark.marks?.kind === "null";
  const said = isNull ? "is said to be null" : "is said to be empty";
  return (root) => {
    const flag = root[mark.name];
    if (flag === undefined) return;
    delete root[mark.name];
    if (flag !== true) return;
    const value = get(root);
    if (value !== undefined) {
      throw new ApiError("malformed_request", `Field ${about.name} has a value and ${said}.`);
    }
    set(root, isNull ? null : about.label === "map" ? {} : []);
  };
}

/** Lists and maps without a flag for their emptiness are there, if only with nothing in them. */
function isAlwaysThere({ name, label, texts, related }: ProtoField, message: ProtoMessage): boolean {
  if (label === "singular" || texts || related !== undefined) return false;
  return !message.fields.some(({ marks }) => marks?.kind === "empty" && marks.field === name);
}

function compileEmpty(field: ProtoField): (root: WireRecord) => void {
  const get = createRootGetter(field);
  const set = createSetter(field);
  const { label } = field;
  return (root) => {
    if (get(root) === undefined) set(root, label === "map" ? {} : []);
  };
}

/**
 * Without a mask a patch is what is set. With one it is the fields that the mask names: those that are not set become null,
 * which removes them, or empty where the field is a list that cannot be absent (AIP-134). What else masks say depends on the
 * row, and stays in `mask`: `*`, and parts of fields.
 */
function compileMask(inputs: readonly ProtoField[], message: ProtoMessage): (root: WireRecord) => void {
  const empty = new Map(
    inputs.map((field) => [
      field.path[1] ?? "",
      isAlwaysThere(field, message) ? () => (field.label === "map" ? {} : []) : () => null,
    ]),
  );
  return (root) => {
    const mask = root.updateMask;
    delete root.updateMask;
    if (!Array.isArray(mask) || mask.length === 0) return;
    const names = mask.map(String);
    if (names.some((name) => name === "*" || name.includes("."))) {
      root.mask = names;
      return;
    }
    const given = isRecord(root.input) ? root.input : {};
    // Names that no field has, in the mask and beside it, are left to the rules of the input, which say so.
    const unknown = Object.keys(given).filter((name) => !empty.has(name));
    root.input = Object.fromEntries(
      [...names, ...unknown].map((name) => [
        name,
        Object.hasOwn(given, name) ? given[name] : (empty.get(name)?.() ?? null),
      ]),
    );
  };
}

/** Makes the end of reading `read_mask`: `*` is every field, as no mask is; rows beside an answer are found by their ids. */
function compileReadMask({ refs = [] }: ProtoField): (root: WireRecord) => void {
  const known = new Set(refs);
  return (root) => {
    if (!Array.isArray(root.fields)) return;
    const paths = root.fields.map(String);
    if (paths.includes("*")) {
      delete root.fields;
      return;
    }
    const heads = paths.flatMap((path) => (path.includes(".") ? path.slice(0, path.indexOf(".")) : []));
    const ids = heads.flatMap((head) => (known.has(head) ? `${head}.id` : []));
    if (ids.length > 0) root.fields = [...new Set([...paths, ...ids])];
  };
}

/** Before the first page clients that go through a list have an empty token (AIP-158). */
function dropEmptyToken({ list }: WireRecord): void {
  if (isRecord(list) && list.cursor === "") delete list.cursor;
}
