import { ApiError, type Violation } from "../../../base/errors/index.ts";
import { filterFieldName } from "../../../contract/model/graphql-names.ts";
import type { ResourceModel } from "../../../contract/model/index.ts";
import type { ListQuestion } from "../../engine/index.ts";
import type { ReadArguments, Variables } from "./arguments.ts";

type Arguments = Readonly<Record<string, unknown>>;

/**
 * The question of a list from its arguments: `first` and `after` read forward, `last` and `before` backward, with the
 * cursors and limits of REST. Throws `invalid_parameter` for arguments that do not go together.
 */
function questionOf(
  args: Arguments,
  resource: ResourceModel,
  { total }: { readonly total: boolean },
): ListQuestion {
  checkTogether(args);
  const limit = numberOf(args.first) ?? numberOf(args.last);
  const cursor = textOf(args.after) ?? textOf(args.before);
  const offset = numberOf(args.offset);
  const sort = textOf(args.sort);
  const search = textOf(args.search);
  const backward = isGiven(args.last) || isGiven(args.before);
  const filter = isGiven(args.filter) ? filterOf(args.filter, resource) : undefined;
  return {
    ...(limit === undefined ? {} : { limit }),
    // Said even for a cursor that points there anyway: that of the previous page may be given as `after`.
    ...(cursor === undefined && !backward ? {} : { backward }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(offset === undefined ? {} : { offset }),
    ...(sort === undefined ? {} : { sort }),
    ...(search === undefined ? {} : { search }),
    ...(filter === undefined ? {} : { filter }),
    ...(total ? { total } : {}),
  };
}

/** Makes the question of a list from the variables of a request. */
export interface MakeQuestion {
  (variables: Variables): ListQuestion;
  /** Whether every request asks the same, which is then the same object. */
  readonly isFixed: boolean;
}

/** Makes the questions of a list in a document; `asks` counts when the first is made. */
export function compileQuestion(
  args: ReadArguments,
  resource: ResourceModel,
  asks: { readonly total: boolean },
): MakeQuestion {
  const { fixed } = args;
  if (fixed === undefined) {
    return Object.assign((variables: Variables) => questionOf(args(variables), resource, asks), {
      isFixed: false,
    });
  }
  let made: ListQuestion | undefined;
  const make = (): ListQuestion => {
    made ??= Object.freeze(questionOf(fixed, resource, asks));
    return made;
  };
  return Object.assign(make, { isFixed: true });
}

const APART = [
  ["first", "last"],
  ["first", "before"],
  ["last", "after"],
  ["after", "before"],
] as const;

function checkTogether(args: Arguments): void {
  const violations: Violation[] = [];
  for (const [one, other] of APART) {
    if (!isGiven(args[one]) || !isGiven(args[other])) continue;
    violations.push({
      pointer: `?${other}`,
      code: "not_allowed",
      message: `Cannot be combined with ${one}: first and after read forward, last and before backward.`,
    });
  }
  if (violations.length === 0) return;
  throw new ApiError("invalid_parameter", "The arguments of the list do not go together.", { violations });
}

const paths = new WeakMap<ResourceModel, ReadonlyMap<string, string>>();

/** Path by its field of the filter. */
function pathsOf(resource: ResourceModel): ReadonlyMap<string, string> {
  const known = paths.get(resource);
  if (known !== undefined) return known;
  const made = new Map(Object.keys(resource.list.filter).map((path) => [filterFieldName(path), path]));
  paths.set(resource, made);
  return made;
}

function filterOf(given: unknown, resource: ResourceModel): NonNullable<ListQuestion["filter"]> {
  const filter: Record<string, Record<string, readonly string[]>> = {};
  for (const [name, conditions] of entriesOf(given)) {
    const path = pathsOf(resource).get(name);
    if (path === undefined || !isGiven(conditions)) continue;
    const operators = entriesOf(conditions).filter(([, value]) => isGiven(value));
    filter[path] = Object.fromEntries(
      operators.map(([operator, value]) => [
        operator,
        Array.isArray(value) ? value.map(String) : [String(value)],
      ]),
    );
  }
  return filter;
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** Null counts as absent. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
