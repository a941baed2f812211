import { type JsonValue, stringifyJson } from "../../../base/lib/index.ts";
import { createCode, literal } from "../../../contract/schema/index.ts";
import { DENIED, type SelectedPage, type SelectedRow } from "../../engine/index.ts";
import { innerSets, namedType, type PlanScope } from "./plan-scope.ts";
import { HOLE, keyOf, type Making, projection } from "./project-value.ts";
import type { RowBuilder } from "./row-builder.ts";

type Sets = ReturnType<typeof innerSets>;

/** Writes rows that are values rather than the database's texts; undefined where only the other writer can. */
export type RowProjector<T> = (rows: T) => string | undefined;

/** Code is made for the second answer that could use it: many documents are sent once, and most rows are texts. */
const FIRST_USE = 2;

/** What rows are projected with. */
interface RowMaking extends Making {
  /** Name of {@link DENIED}. */
  readonly denied: string;
}

/**
 * As the writer of a connection, for pages of rows that are values: code made for this selection gives them their shape,
 * and all are written at once. Not for selections with lists below their rows.
 */
export function compilePageProjector(
  type: string,
  sets: Sets,
  builder: RowBuilder,
  scope: PlanScope,
): RowProjector<SelectedPage> {
  return link(
    scope,
    (making) => {
      const body = connection(type, sets, builder, making);
      return body === undefined ? undefined : `return ${body};`;
    },
    ({ rows }: SelectedPage) => rows[0],
  );
}

/** As {@link compilePageProjector}, of one row. */
export function compileRowProjector(
  type: string,
  sets: Sets,
  builder: RowBuilder,
  scope: PlanScope,
): RowProjector<SelectedRow> {
  return link(
    scope,
    (making) => {
      const name = row(type, sets, builder, making);
      return name === undefined ? undefined : `return ${name}(w);`;
    },
    (selected: SelectedRow) => selected,
  );
}

function link<T>(
  scope: PlanScope,
  make: (making: RowMaking) => string | undefined,
  first: (rows: T) => SelectedRow | undefined,
): RowProjector<T> {
  let uses = 0;
  let project: ((value: unknown) => JsonValue) | undefined;
  return (rows) => {
    if (first(rows)?.isText === true) return undefined;
    uses++;
    if (uses === FIRST_USE) project = compile(scope, make);
    if (project === undefined) return undefined;
    try {
      return stringifyJson(project(rows));
    } catch (thrown) {
      if (thrown !== HOLE) throw thrown;
      return undefined;
    }
  };
}

function compile(
  scope: PlanScope,
  make: (making: RowMaking) => string | undefined,
): ((value: unknown) => JsonValue) | undefined {
  const code = createCode();
  const body = make({ code, scope, hole: code.bind(HOLE), denied: code.bind(DENIED) });
  // The code makes nothing but JSON of JSON.
  return body === undefined ? undefined : code.link<JsonValue>(code.add(body));
}

/** Adds the function of a row type and gives its name; undefined where a list lies below. */
function row(type: string, sets: Sets, builder: RowBuilder, making: RowMaking): string | undefined {
  const { code, hole, denied, scope } = making;
  const lines: string[] = [];
  const members: string[] = [];
  for (const [index, [key, nodes]] of [...scope.collect(type, sets)].entries()) {
    const name = nodes[0]?.name.value ?? "";
    if (name === "__typename") {
      members.push(`${keyOf(key)}: ${literal(type)}`);
      continue;
    }
    const field = scope.field(type, name);
    const { source } = field;
    const [given, target] = [`s${index}`, `m${index}`];
    if (source.kind === "ref") {
      const ref = builder.ref(source.field);
      const inner = row(namedType(field.type), innerSets(nodes), ref.row, making);
      if (inner === undefined) return undefined;
      lines.push(`const ${given} = w.ref(${ref.place}); if (${given} === ${denied}) throw ${hole};`);
      lines.push(`const ${target} = ${given} === null ? null : ${inner}(${given});`);
    } else if (source.kind === "member") {
      const place = builder.place(source.name);
      lines.push(`const ${given} = w.value(${place}); if (${given} === ${denied}) throw ${hole};`);
      lines.push(projection({ type: field.type, source: given, target }, { parent: type, nodes }, making));
    } else return undefined;
    members.push(`${keyOf(key)}: ${target}`);
  }
  return code.add(`${lines.join("\n")}\nreturn { ${members.join(", ")} };`);
}

/** The expression of a connection `w`. */
function connection(type: string, sets: Sets, builder: RowBuilder, making: RowMaking): string | undefined {
  const { scope } = making;
  const members: string[] = [];
  for (const [key, nodes] of scope.collect(type, sets)) {
    const name = nodes[0]?.name.value ?? "";
    const field = name === "__typename" ? undefined : scope.field(type, name);
    const inner = field && namedType(field.type);
    const part = field?.source.kind === "page" ? field.source.part : undefined;
    let value: string | undefined = part === undefined ? undefined : PARTS[part];
    if (field === undefined) value = literal(type);
    else if (part === "node" || part === "nodes") {
      const one = row(inner ?? "", innerSets(nodes), builder, making);
      value = one && (part === "node" ? `${one}(row)` : `w.rows.map((row) => ${one}(row))`);
    } else if (part === "edges" || part === "pageInfo") {
      const object = connection(inner ?? "", innerSets(nodes), builder, making);
      value = object && (part === "edges" ? `w.rows.map((row, index) => (${object}))` : object);
    }
    if (value === undefined) return undefined;
    members.push(`${keyOf(key)}: ${value}`);
  }
  return `{ ${members.join(", ")} }`;
}

/** Expressions of the parts of a page that are no objects; those of an edge have its `index`. */
const PARTS: Readonly<Record<string, string>> = {
  totalCount: "(w.total ?? null)",
  hasNextPage: "w.hasMore",
  hasPreviousPage: "(w.prevCursor !== null)",
  startCursor: "(w.rows.length === 0 ? null : w.cursor(0))",
  endCursor: "(w.rows.length === 0 ? null : w.cursor(w.rows.length - 1))",
  cursor: "w.cursor(index)",
};
