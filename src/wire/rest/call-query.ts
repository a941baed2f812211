import type { Violation } from "../../base/errors/index.ts";
import type { ListModel, OperationModel } from "../../contract/model/model.ts";
import { decodeQueryPart } from "./percent.ts";
import { decodeList, parseQuery, type QueryParameter, throwViolations, violation } from "./query.ts";

/** A list question as the query string asks it: strings, not yet checked against the resource's allowlists. */
export interface ListParts {
  readonly filter?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly sort?: string;
  readonly search?: string;
  readonly limit?: number;
  readonly cursor?: string;
  readonly offset?: number;
  readonly total?: boolean;
}

/** What a query string says of a call. */
export interface QueryParts {
  readonly list?: ListParts;
  readonly fields?: readonly string[];
  readonly expand?: readonly string[];
  /** Decoded text by field name, for queries whose input comes in the query string. */
  readonly input?: Readonly<Record<string, string>>;
}

/** Reads the query string of one operation; throws `invalid_parameter` with all violations, naming what is allowed. */
export type QueryReader = (query: string) => QueryParts;

const LIST_NAMES = ["fields", "expand", "sort", "limit", "cursor", "offset", "q", "total"];
const FILTER = /^([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*)(?:\[([A-Za-z]+)\])?$/;

/**
 * Makes the reader of an operation's query string: all names it may use are known from the model. `list` is what the
 * resource of a list offers.
 */
export function createQueryReader(operation: OperationModel, list?: ListModel): QueryReader {
  const lax = operation.http?.unknownFields === "ignore";
  if (operation.method === "list") {
    if (!lax || list === undefined) return (query) => readList(query);
    const isTaken = (name: string) =>
      LIST_NAMES.includes(name) || Object.hasOwn(list.filter, FILTER.exec(name)?.[1] ?? "");
    return (query) => readList(query, isTaken);
  }
  const shaped = operation.output.kind === "row" || operation.output.kind === "page";
  const inputs = operation.http?.query ?? [];
  const projection = shaped ? ["fields", "expand"].filter((name) => !inputs.includes(name)) : [];
  const allowed = [...projection, ...inputs];
  const known = new Set(allowed);
  const isTaken = lax ? (name: string) => known.has(name) : undefined;
  const advice = allowed.length === 0 ? "No parameters are taken here." : `Allowed: ${allowed.join(", ")}.`;
  return (query) => {
    const violations: Violation[] = [];
    const input: Record<string, string> = {};
    const parts: { fields?: readonly string[]; expand?: readonly string[] } = {};
    for (const { name, raw } of parseQuery(query, isTaken)) {
      if (!known.has(name)) violations.push(violation(name, "unknown_parameter", advice));
      else if (!projection.includes(name)) input[name] = decodeQueryPart(raw);
      else if (name === "fields") parts.fields = readNames(name, raw, violations);
      else parts.expand = readNames(name, raw, violations);
    }
    throwViolations(violations);
    return inputs.length === 0 ? parts : { ...parts, input };
  };
}

/** `isTaken`: the parameters that are not to be passed over; absent: all. */
function readList(query: string, isTaken?: (name: string) => boolean): QueryParts {
  const violations: Violation[] = [];
  const list: { -readonly [K in keyof ListParts]: ListParts[K] } = {};
  const parts: { fields?: readonly string[]; expand?: readonly string[] } = {};
  const filter: Record<string, Record<string, readonly string[]>> = {};
  for (const parameter of parseQuery(query, isTaken)) {
    const { name, raw } = parameter;
    switch (name) {
      case "fields":
        parts.fields = readNames(name, raw, violations);
        break;
      case "expand":
        parts.expand = readNames(name, raw, violations);
        break;
      case "sort":
        list.sort = decodeQueryPart(raw);
        break;
      case "q":
        list.search = decodeQueryPart(raw);
        break;
      case "cursor":
        list.cursor = decodeQueryPart(raw);
        break;
      case "limit":
        list.limit = readCount(name, raw, 1, violations);
        break;
      case "offset":
        list.offset = readCount(name, raw, 0, violations);
        break;
      case "total":
        if (raw !== "true" && raw !== "false")
          violations.push(violation(name, "bad_format", "Expected true or false."));
        list.total = raw === "true";
        break;
      default:
        readFilter(parameter, filter, violations);
    }
  }
  throwViolations(violations);
  return { ...parts, list: { ...list, ...(Object.keys(filter).length === 0 ? {} : { filter }) } };
}

function readFilter(
  { name, raw }: QueryParameter,
  filter: Record<string, Record<string, readonly string[]>>,
  violations: Violation[],
): void {
  const found = FILTER.exec(name);
  const path = found?.[1];
  if (path === undefined) {
    const message = `Neither one of ${LIST_NAMES.join(", ")} nor a filter such as field=value or field[gte]=value.`;
    violations.push(violation(name, "unknown_parameter", message));
    return;
  }
  const operator = found?.[2] ?? "in";
  // Not `filter[path] ?? {}`: a parameter named "constructor" would find Object there and write to it.
  const operators = (Object.hasOwn(filter, path) ? filter[path] : undefined) ?? {};
  if (Object.hasOwn(operators, operator)) {
    violations.push(violation(name, "duplicate_parameter", "Given twice; join several values by commas."));
  }
  // Only these two take several values; elsewhere a comma is part of the value.
  operators[operator] = operator === "in" || operator === "ne" ? decodeList(raw) : [decodeQueryPart(raw)];
  filter[path] = operators;
}

function readNames(name: string, raw: string, violations: Violation[]): readonly string[] {
  const names = decodeList(raw);
  if (names.includes(""))
    violations.push(violation(name, "bad_format", "Expected names with commas between them."));
  return names;
}

function readCount(name: string, raw: string, least: number, violations: Violation[]): number {
  const value = /^[0-9]{1,9}$/.test(raw) ? Number(raw) : -1;
  if (value < least)
    violations.push(violation(name, "bad_format", `Expected a whole number, at least ${least}.`));
  return value;
}
