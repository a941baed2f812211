import { type JsonValue, parseJson, stringifyJson } from "../../../src/base/lib/index.ts";
import {
  callName,
  filterFieldName,
  graphqlField,
  isInGraphql,
  payloadField,
} from "../../../src/contract/model/graphql-names.ts";
import type { Model, OperationModel } from "../../../src/contract/model/model.ts";
import { toPascalCase } from "../../../src/contract/model/names.ts";
import type { ListQuestion } from "../../../src/runtime/engine/index.ts";
import type { Answer, Caller, Question } from "../caller.ts";
import {
  filterValue,
  fromGraphql,
  membersToGraphql,
  rowFromGraphql,
  rowSelection,
  selectionOf,
  sortName,
} from "./graphql-forms.ts";
import { createRestCaller } from "./rest.ts";

type Json = Readonly<Record<string, any>>;

/** A request as it is sent. */
interface Request {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Of a variable whose JSON text a scenario wrote. */
  readonly text?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

/**
 * Calls operations as fields of Query and Mutation over HTTP, and reads their answers back. What GraphQL leaves to REST,
 * files and batches, goes there, as it does for everybody.
 */
export function createGraphqlCaller(model: Model, url: string): Caller {
  const rest = createRestCaller(model, url);
  return {
    name: "GraphQL",
    call: async (id, question = {}) => {
      const operation = model.operations[id];
      if (operation === undefined || !isInGraphql(operation) || question.files !== undefined) {
        return rest.call(id, question);
      }
      const request = requestOf(model, operation, question);
      const { signal } = question;
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: headersOf(question),
        body: bodyOf(request),
        ...(signal === undefined ? {} : { signal }),
      });
      const answer = parseJson(await response.text(), { maxDepth: 600 }) as Json;
      return readAnswer(model, operation, question, answer);
    },
    batch: (parts, options) => rest.batch(parts, options),
    close: () => rest.close(),
  };
}

function headersOf({ as, timeoutMs }: Question): Record<string, string> {
  return {
    "Content-Type": "application/json",
    Accept: "application/graphql-response+json",
    ...(as === undefined ? {} : { Authorization: `Bearer ${as.key}` }),
    ...(timeoutMs === undefined ? {} : { "X-Request-Timeout-Ms": String(timeoutMs) }),
  };
}

function bodyOf({ query, variables, text, idempotencyKey }: Request): string {
  // Where no argument takes the key, it comes with the request.
  const extensions = idempotencyKey === undefined ? {} : { extensions: { idempotencyKey } };
  if (text === undefined) return stringifyJson({ query, variables, ...extensions } as JsonValue);
  const others = stringifyJson(variables as JsonValue).slice(1, -1);
  const rest = stringifyJson({ query, ...extensions } as JsonValue).slice(1, -1);
  return `{${rest},"variables":{"input":${text}${others && `,${others}`}}}`;
}

function requestOf(model: Model, operation: OperationModel, question: Question): Request {
  const resource = model.resources[operation.resource ?? ""];
  const field = graphqlField(operation, resource);
  const asked: [name: string, type: string, value: unknown][] = [];
  const add = (name: string, type: string, value: unknown) => asked.push([name, type, value]);
  const call = callName(operation, resource);
  const onRow = operation.method !== undefined && !["create", "list"].includes(operation.method);
  if (onRow) add("id", "ID!", question.id);
  if (operation.method === "list") addList(add, model, operation, question.list ?? {});
  let text: string | undefined;
  if (operation.kind === "command") {
    const fields = operation.input?.fields ?? {};
    const takes = Object.values(fields).some(({ type }) => type.kind !== "file");
    const isNeeded = Object.values(fields).some(
      ({ type, optional, nullable, default: value }) =>
        type.kind !== "file" && !optional && !nullable && value === undefined,
    );
    const { input } = question;
    const isMap = typeof input === "object" && input !== null && !Array.isArray(input);
    // Where nothing is taken there is no type of an input, and an empty one says nothing.
    const says = isMap ? Object.keys(input).length > 0 : input !== undefined;
    if (takes || says || question.text !== undefined) {
      text = question.text;
      const value = isMap ? membersToGraphql(fields, input as Json) : input;
      add("input", `${call}Input${isNeeded ? "!" : ""}`, value);
    }
    if (question.idempotencyKey !== undefined && operation.idempotency !== "none") {
      add("idempotencyKey", "String", question.idempotencyKey);
    }
    if (question.ifMatch !== undefined) add("ifMatch", "String", question.ifMatch);
    if (question.waitSeconds !== undefined) add("waitSeconds", "Int", question.waitSeconds);
  } else if (operation.method === undefined) {
    addArguments(add, operation, question.input);
  }
  const declared = asked.map(([name, type]) => `$${name}: ${type}`).join(", ");
  const args = asked.map(([name]) => `${name}: $${name}`).join(", ");
  const kind = operation.kind === "command" ? "mutation" : "query";
  const selection = answerSelection(model, operation, question);
  return {
    query: `${kind} ${declared && `(${declared})`} { answer: ${field}${args && `(${args})`} ${selection} }`,
    variables: Object.fromEntries(
      asked.flatMap(([name, , value]) =>
        value === undefined || (name === "input" && text !== undefined) ? [] : [[name, value]],
      ),
    ),
    text,
    idempotencyKey: operation.idempotency === "none" ? question.idempotencyKey : undefined,
  };
}

type Add = (name: string, type: string, value: unknown) => void;

/** Arguments of a free query, one for each field of its input. */
function addArguments(add: Add, { input }: OperationModel, given: unknown): void {
  const values = (typeof given === "object" && given !== null ? given : {}) as Json;
  for (const [name, node] of Object.entries(input?.fields ?? {})) {
    const { kind } = node.type;
    const scalar = { int32: "Int", float64: "Float", bool: "Boolean", id: "ID", ref: "ID" }[kind as "int32"];
    const required = !node.optional && !node.nullable;
    if (Object.hasOwn(values, name) || (required && node.default === undefined)) {
      add(name, `${scalar ?? "String"}${required ? "!" : ""}`, values[name]);
    }
  }
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(input?.fields ?? {}, name)) add(name, "JSON", values[name]);
  }
}

function addList(add: Add, model: Model, operation: OperationModel, list: ListQuestion): void {
  const resource = model.resources[operation.resource ?? ""]!;
  const type = toPascalCase(resource.name);
  const { filter, sort, search, limit, cursor, offset, backward } = list;
  const isBackward = backward ?? cursor?.startsWith(BEFORE) === true;
  // As text where JSON has no such number: scenarios ask for limits that are none.
  const count = Number.isFinite(limit) ? limit : String(limit);
  if (limit !== undefined) add(isBackward ? "last" : "first", "Int", count);
  else if (isBackward) add("last", "Int", resource.list.limit);
  if (cursor !== undefined && cursor !== BEFORE) {
    add(isBackward ? "before" : "after", "String", cursor.replace(BEFORE, ""));
  }
  if (offset !== undefined) add("offset", "Int", offset);
  if (search !== undefined) add("search", "String", search);
  if (sort !== undefined) add("sort", `${type}Sort`, sortName(sort));
  if (filter === undefined) return;
  const value = Object.entries(filter).map(([path, conditions]) => {
    const node = resource.list.filter[path]?.field;
    const operators = Object.entries(conditions).map(([operator, texts]) => {
      if (operator === "isNull")
        return [operator, texts[0] === "true" ? true : texts[0] === "false" ? false : texts[0]];
      const values = texts.map((text) => (node === undefined ? text : filterValue(node, text)));
      return [operator, operator === "in" || operator === "ne" || values.length !== 1 ? values : values[0]];
    });
    return [filterFieldName(path), Object.fromEntries(operators)];
  });
  add("filter", `${type}Filter`, Object.fromEntries(value));
}

/** Cursors of earlier pages are told apart, since GraphQL's own lead both ways. */
const BEFORE = "before ";

function answerSelection(model: Model, operation: OperationModel, question: Question): string {
  const { output, kind, longRunning, method } = operation;
  const resource = model.resources[operation.resource ?? ""];
  const { fields, expand } = question;
  const resultName = `${callName(operation, resource)}Result`;
  if (kind === "query") {
    if (output.kind === "row") return rowSelection(model, output.resource, fields, expand);
    if (output.kind === "page") {
      const total = question.list?.total === true ? "totalCount" : "";
      return `{ nodes ${rowSelection(model, output.resource, fields, expand)}
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } ${total} }`;
    }
    return output.kind === "value" ? selectionOf(output.field.type, resultName) : "";
  }
  const parts = ["replayed"];
  if (longRunning !== undefined) parts.push(`operation ${rowSelection(model, "operation", undefined)}`);
  if (method === "delete") parts.push("deletedId");
  if (output.kind === "row") {
    parts.push(
      `version row: ${payloadField(output.resource)} ${rowSelection(model, output.resource, fields, expand)}`,
    );
  }
  if (output.kind === "value") parts.push(`result ${selectionOf(output.field.type, resultName)}`);
  return `{ ${parts.join(" ")} }`;
}

const FAILED = { ok: false, kind: "failed", value: undefined, version: undefined } as const;
const SUCCEEDED = {
  ok: true,
  code: "",
  message: "",
  violations: [],
  data: undefined,
  retryAfterSeconds: undefined,
  requestId: "",
} as const;

const PARAMETERS: Readonly<Record<string, string>> = {
  ...{ first: "limit", last: "limit", after: "cursor", before: "cursor", search: "q" },
};

/** The query parameter that an argument of a list stands for. */
function fromListPointer(model: Model, operation: OperationModel, pointer: string): string {
  const [way = "", asked] = pointer.split("?");
  if (asked === undefined) return pointer;
  const [, name, operator] = /^filter\.(\w+)\.(\w+)$/.exec(asked) ?? [];
  if (name === undefined) return `${way}?${PARAMETERS[asked] ?? asked}`;
  const filters = Object.keys(model.resources[operation.resource ?? ""]?.list.filter ?? {});
  const path = filters.find((each) => filterFieldName(each) === name) ?? name;
  return `${way}?${path}${operator === "in" ? "" : `[${operator}]`}`;
}

function readAnswer(model: Model, operation: OperationModel, question: Question, answer: Json): Answer {
  const errors: readonly Json[] = answer.errors ?? [];
  const error = errors.find(({ path }) => path === undefined || path.length === 1) ?? asked(errors, question);
  if (error !== undefined) {
    const { code, status, violations = [], data, requestId, replayed } = error.extensions;
    const { retry, retryAfterSeconds } = error.extensions;
    return {
      ...FAILED,
      code,
      status,
      message: error.message,
      violations: violations.map((violation: Answer["violations"][number]) => ({
        ...violation,
        pointer: fromListPointer(model, operation, violation.pointer),
      })),
      data,
      retry,
      retryAfterSeconds,
      requestId,
      replayed: replayed === true,
    };
  }
  const given = answer.data.answer;
  const { output } = operation;
  if (operation.kind === "query") {
    const version = answer.extensions?.versions?.answer as string | undefined;
    return {
      ...SUCCEEDED,
      kind: "ok",
      status: 200,
      replayed: false,
      version,
      value: queryValue(model, operation, given),
    };
  }
  const { replayed, version } = given as Json;
  if (given.operation) {
    const value = rowFromGraphql(model, "operation", given.operation);
    return { ...SUCCEEDED, kind: "accepted", status: 202, replayed, version: undefined, value };
  }
  const value =
    output.kind === "row"
      ? rowFromGraphql(model, output.resource, given.row)
      : output.kind === "value"
        ? fromGraphql(output.field, given.result)
        : undefined;
  const kind = output.kind === "none" ? "none" : operation.method === "create" ? "created" : "ok";
  const status = { none: 204, created: 201, ok: 200 }[kind];
  return { ...SUCCEEDED, kind, status, replayed, version: version ?? undefined, value };
}

/** A field that may not be seen is null with an error; it is one of the call's where the scenario named the field. */
function asked(errors: readonly Json[], { fields, expand = [] }: Question): Json | undefined {
  const named = [...(fields ?? []), ...expand].flatMap((path) => path.split("."));
  return errors.find(
    ({ path, extensions }) =>
      extensions.code !== "forbidden" || named.includes(String(path.at(-1)).replace(/Id$/, "")),
  );
}

function queryValue(model: Model, { output }: OperationModel, given: any): JsonValue | undefined {
  if (output.kind === "row") return rowFromGraphql(model, output.resource, given);
  if (output.kind === "value") return fromGraphql(output.field, given);
  if (output.kind !== "page") return undefined;
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = given.pageInfo as Json;
  return {
    data: given.nodes.map((row: Json) => rowFromGraphql(model, output.resource, row)),
    page: {
      nextCursor: hasNextPage ? endCursor : null,
      prevCursor: hasPreviousPage ? BEFORE + (startCursor ?? "") : null,
      hasMore: hasNextPage,
      ...(given.totalCount === undefined ? {} : { total: given.totalCount }),
    },
  };
}
