import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLFormattedError,
  Kind,
  type SelectionSetNode,
} from "graphql";
import type { GraphqlLimitsModel } from "../../../../contract/model/model.ts";
import { tooComplex } from "./too-complex.ts";

/** What a selection set is once every fragment stands where it is spread. */
interface Measure {
  fields: number;
  aliases: number;
  /** Selection sets inside each other, this one counted. */
  depth: number;
  /** Fields of this selection set itself. */
  own: number;
  /** How often it asks for the whole schema. */
  schemas: number;
}

/**
 * Fields of one name beside each other, and fragments spread beside each other: the rule that they can be merged compares
 * each with each other.
 */
const MAX_REPEATS = 100;

/** Sums stop here, so that fragments that double themselves a thousand times stay numbers. */
const MOST = 1_000_000_000;

/**
 * Holds the operations of a parsed document to the limits. Each fragment is measured once, however often it is spread, so
 * the time is linear in the document's tokens. A fragment that spreads itself ends the check: the rule of the specification
 * would list every way around.
 */
export function checkDocument(
  document: DocumentNode,
  limits: GraphqlLimitsModel,
): readonly GraphQLFormattedError[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Measure>();
  const repeated: GraphQLFormattedError[] = [];
  let directives = 0;
  let circle: { readonly name: string; readonly spread: ASTNode | undefined } | undefined;

  const measureFragment = (name: string, spread?: ASTNode): Measure => {
    const known = measured.get(name);
    if (known === OPEN) circle ??= { name, spread };
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    measured.set(name, OPEN);
    const measure = fragment === undefined ? NOTHING : measureSet(fragment.selectionSet);
    directives += fragment?.directives?.length ?? 0;
    measured.set(name, measure);
    return measure;
  };
  const measureSet = (set: SelectionSetNode): Measure => {
    const sum: Measure = { fields: 0, aliases: 0, depth: 1, own: 0, schemas: 0 };
    if (set.selections.length > MAX_REPEATS && repeated.length === 0) repeated.push(...findRepeats(set));
    for (const selection of set.selections) {
      directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        const inner = selection.selectionSet === undefined ? NOTHING : measureSet(selection.selectionSet);
        const { value: name } = selection.name;
        const schemas = inner.schemas + (name === "__schema" ? 1 : 0);
        add(sum, { ...inner, fields: inner.fields + 1, own: 1, depth: inner.depth + 1, schemas });
        if ((name === "__schema" || name === "__type") && inner.aliases > 0 && repeated.length === 0)
          repeated.push(introspectionError("without aliases", selection));
        if (selection.alias !== undefined) sum.aliases++;
      } else if (selection.kind === Kind.INLINE_FRAGMENT) add(sum, measureSet(selection.selectionSet));
      else add(sum, measureFragment(selection.name.value, selection));
    }
    return sum;
  };

  for (const name of fragments.keys()) measureFragment(name);
  if (circle !== undefined) return [circleError(circle)];
  const errors: GraphQLFormattedError[] = [];
  const hold = (limit: keyof GraphqlLimitsModel, found: number, what: string, node?: ASTNode) => {
    const max = limits[limit];
    if (found <= max) return;
    const message = `${what}; at most ${max} are taken.`;
    errors.push(tooComplex({ limit, max, found, message, location: locationOf(node) }));
  };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { fields, aliases, depth, own, schemas } = measureSet(definition.selectionSet);
    directives += definition.directives?.length ?? 0;
    for (const variable of definition.variableDefinitions ?? [])
      directives += variable.directives?.length ?? 0;
    hold("maxDepth", depth, `The operation nests ${depth} levels deep`, definition);
    hold("maxFields", fields, `The operation selects ${shown(fields)} fields`, definition);
    hold("maxRootFields", own, `The operation has ${shown(own)} root fields`, definition);
    hold("maxAliases", aliases, `The operation has ${shown(aliases)} aliases`, definition);
    if (schemas > 1) errors.push(introspectionError("once", definition));
  }
  hold("maxDirectives", directives, `The document has ${directives} directives`);
  return [...errors, ...repeated];
}

function findRepeats(set: SelectionSetNode): readonly GraphQLFormattedError[] {
  const counts = new Map<string, number>();
  for (const selection of set.selections) {
    const name = selection.kind === Kind.FIELD ? (selection.alias ?? selection.name).value : "...";
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    if (count <= MAX_REPEATS) continue;
    const what = name === "..." ? "fragments" : `fields ${name}`;
    const message = `A selection set has more than ${MAX_REPEATS} ${what}.`;
    return [tooComplex({ limit: "repeats", max: MAX_REPEATS, message, location: locationOf(selection) })];
  }
  return [];
}

/** The schema of a large api takes a second to write; tools ask for it once, and for each part by its own name. */
function introspectionError(how: string, node: ASTNode): GraphQLFormattedError {
  const message = `What the schema says of itself is asked for ${how} in an operation.`;
  return tooComplex({ limit: "repeats", max: 1, message, location: locationOf(node) });
}

const NOTHING: Readonly<Measure> = { fields: 0, aliases: 0, depth: 0, own: 0, schemas: 0 };
/** Of a fragment that is being measured. */
const OPEN: Readonly<Measure> = { ...NOTHING };

/** GraphQL section 5.5.2.2. */
function circleError({
  name,
  spread,
}: {
  readonly name: string;
  readonly spread: ASTNode | undefined;
}): GraphQLFormattedError {
  const location = locationOf(spread);
  const message = `Cannot spread fragment "${name}" within itself.`;
  return location === undefined ? { message } : { message, locations: [location] };
}

function add(sum: Measure, part: Readonly<Measure>): void {
  sum.fields = Math.min(sum.fields + part.fields, MOST);
  sum.aliases = Math.min(sum.aliases + part.aliases, MOST);
  sum.own = Math.min(sum.own + part.own, MOST);
  sum.schemas = Math.min(sum.schemas + part.schemas, MOST);
  sum.depth = Math.max(sum.depth, part.depth);
}

function shown(count: number): string {
  return count === MOST ? `more than ${MOST}` : String(count);
}

function locationOf(node: ASTNode | undefined): { line: number; column: number } | undefined {
  const token = node?.loc?.startToken;
  return token && { line: token.line, column: token.column };
}
