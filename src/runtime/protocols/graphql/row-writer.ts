import type { FieldNode, SelectionSetNode } from "graphql";
import type { GraphqlField } from "../../../contract/graphql/index.ts";
import type { ResourceModel } from "../../../contract/model/index.ts";
import { DENIED } from "../../engine/index.ts";
import { compileArguments } from "./arguments.ts";
import { compilePageWriter, type RowWriter } from "./page-writer.ts";
import { innerSets, namedType, type PlanScope } from "./plan-scope.ts";
import { compileQuestion } from "./question.ts";
import type { RowBuilder } from "./row-builder.ts";
import { deniedField, type FieldRun, failField, missingValue, orNull } from "./run.ts";
import { compileValueWriter } from "./value-writer.ts";

/** Makes the writer of a row type's selections, and tells the builder what they need. */
export function compileRowWriter(
  type: string,
  sets: readonly SelectionSetNode[],
  builder: RowBuilder,
  scope: PlanScope,
): RowWriter {
  const described = scope.type(type);
  const name = described.kind === "object" ? described.resource : undefined;
  const resource = scope.model.resources[name ?? ""];
  if (resource === undefined) throw new TypeError(`${type} is no type of rows`);
  const collected = [...scope.collect(type, sets)];
  const pieces = collected.map(([key, nodes], index) => {
    const head = `${index === 0 ? "" : ","}${JSON.stringify(key)}:`;
    return { head, write: compilePiece({ type, key, nodes, resource }, builder, scope) };
  });
  const other = collected.findIndex(([key, nodes]) => !isPlain(type, key, nodes, scope));
  const names = collected.slice(0, other === -1 ? undefined : other).map(([key]) => key);
  const below = pieces.slice(names.length);
  // Asked when all is compiled: other places of the document may want more of the same row, or in another order.
  let together: boolean | undefined;
  return (row, run) => {
    together ??= builder.hasJust(names);
    const members = together ? row.members() : undefined;
    let text = members === undefined ? "{" : `{${members}`;
    for (const { head, write: piece } of members === undefined ? pieces : below)
      text += head + piece(row, run);
    return `${text}}`;
  };
}

/** Whether a field is answered under its own name with the text that JSON has of it. */
function isPlain(type: string, key: string, nodes: readonly FieldNode[], scope: PlanScope): boolean {
  const name = nodes[0]?.name.value ?? "";
  if (name === "__typename" || key !== name) return false;
  const field = scope.field(type, name);
  if (field.source.kind === "ref" || field.source.kind === "relation") return false;
  const member = field.source.kind === "member" ? field.source.name : name;
  return member === name && AS_IN_JSON.has(namedType(field.type));
}

interface Piece {
  readonly type: string;
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  readonly resource: ResourceModel;
}

function compilePiece(piece: Piece, builder: RowBuilder, scope: PlanScope): RowWriter {
  const { type, nodes } = piece;
  const name = nodes[0]?.name.value ?? "";
  if (name === "__typename") {
    const text = JSON.stringify(type);
    return () => text;
  }
  const field = scope.field(type, name);
  const { source } = field;
  if (source.kind === "ref") return refWriter(source.field, piece, builder, scope);
  if (source.kind === "relation") return relationWriter(source.relation, field, { piece, builder, scope });
  const member = source.kind === "member" ? source.name : name;
  return memberWriter(field, builder.place(member), piece, scope);
}

/** Types whose text in JSON is what GraphQL answers with. */
const AS_IN_JSON: ReadonlySet<string> = new Set([
  ...["String", "ID", "Int", "Float", "Boolean"],
  ...["Int64", "Decimal", "DateTime", "Date", "Duration", "Bytes", "JSON", "Map"],
]);

function memberWriter(
  { name, type }: GraphqlField,
  place: number,
  { type: parent, key, nodes }: Piece,
  scope: PlanScope,
): RowWriter {
  const nullable = !type.endsWith("!");
  const without = (value: typeof DENIED | undefined, run: FieldRun): string => {
    if (value === undefined && nullable) return "null";
    const error = value === undefined ? missingValue(parent, name) : deniedField();
    return failField(run, nullable, { error, path: [...run.path, key], nodes });
  };
  const named = namedType(type);
  if (AS_IN_JSON.has(named)) {
    return (row, run) => {
      const text = row.json(place);
      if (typeof text !== "string") return without(text, run);
      return text !== "null" || nullable ? text : without(undefined, run);
    };
  }
  const described = scope.type(named);
  if (described.kind === "enum" && !type.includes("[")) {
    const texts = new Map(described.values.map(({ name, value }) => [`"${value}"`, `"${name}"`]));
    return (row, run) => {
      const text = row.json(place);
      return (typeof text === "string" ? texts.get(text) : undefined) ?? without(denial(text), run);
    };
  }
  const write = compileValueWriter(type, { parent, nodes }, scope);
  return (row, run) => {
    const value = row.value(place);
    if (value === DENIED) return without(DENIED, run);
    run.path.push(key);
    const text = write(value, run);
    run.path.pop();
    return text;
  };
}

function denial(text: string | typeof DENIED | undefined): typeof DENIED | undefined {
  return text === DENIED ? DENIED : undefined;
}

/** A ref's row is null where the caller may not read it, and that alone is no error: the id is there. */
function refWriter(
  field: string,
  { type, key, nodes, resource }: Piece,
  builder: RowBuilder,
  scope: PlanScope,
): RowWriter {
  const target = namedType(scope.field(type, nodes[0]?.name.value ?? "").type);
  const node = resource.fields[field];
  scope.cacheControls.push(
    scope.model.operations[`${node?.type.kind === "ref" ? node.type.resource : ""}.get`]?.cacheControl,
  );
  const { place, row: inner } = builder.ref(field);
  const write = compileRowWriter(target, innerSets(nodes), inner, scope);
  return (row, run) => {
    const found = row.ref(place);
    if (found === null) return "null";
    if (found === DENIED) {
      return failField(run, true, { error: deniedField(), path: [...run.path, key], nodes });
    }
    run.path.push(key);
    const text = orNull(run, () => write(found, run));
    run.path.pop();
    return text;
  };
}

function relationWriter(
  relation: string,
  field: GraphqlField,
  {
    piece: { key, nodes, resource },
    builder,
    scope,
  }: { readonly piece: Piece; readonly builder: RowBuilder; readonly scope: PlanScope },
): RowWriter {
  const target = scope.model.resources[resource.relations[relation]?.resource ?? ""];
  const node = nodes[0];
  if (target === undefined || node === undefined) throw new TypeError(`There is no relation ${relation}`);
  scope.cacheControls.push(scope.model.operations[`${target.name}.list`]?.cacheControl);
  const args = compileArguments(field.args ?? [], node, scope);
  const asks = { total: false };
  const { place, row: inner } = builder.list(relation, compileQuestion(args, target, asks));
  const write = compilePageWriter(namedType(field.type), innerSets(nodes), {
    compileRow: (type, sets) => compileRowWriter(type, sets, inner, scope),
    scope,
    asks,
  });
  return (row, run) => {
    const page = row.list(place);
    if (page === DENIED) {
      return failField(run, true, { error: deniedField(), path: [...run.path, key], nodes });
    }
    run.path.push(key);
    const text = orNull(run, () => write(page, run));
    run.path.pop();
    return text;
  };
}
