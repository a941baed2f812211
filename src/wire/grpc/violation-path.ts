import type { ProtoField, ProtoMessage, ProtoSchema } from "../../contract/proto/index.ts";

/** Query parameters of REST that stand elsewhere in a request: where the engine's pointers to them lead. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  fields: ["fields"],
  expand: ["expand"],
  limit: ["list", "limit"],
  cursor: ["list", "cursor"],
  sort: ["list", "sort"],
  q: ["list", "search"],
  offset: ["list", "offset"],
  total: ["list", "total"],
};

/**
 * Makes the naming of fields of one request by the pointers of its violations, as google.rpc.BadRequest has them:
 * `/tags/0` → `tags[0]`, `?startsAt[gte]` → `filter.starts_at_gte`, `/2/heartRate` of a stream → `[2].heart_rate`. What no field
 * stands for keeps its name. Of a union's variants that have a field of the name, it is the one that `input` is.
 */
export function createViolationPaths(
  schema: ProtoSchema,
  request: string,
  isStream: boolean,
): (pointer: string, input?: unknown) => string {
  const message = schema.messages[request];
  const walk = (
    from: ProtoMessage | undefined,
    segments: readonly string[],
    value: unknown,
    isTop = false,
  ): string => {
    const [segment, ...rest] = segments;
    if (segment === undefined) return "";
    const field = from?.fields.find(({ path, marks }) => {
      if (marks !== undefined) return false;
      return isTop ? path[0] === "input" && path[1] === segment : path[0] === segment;
    });
    if (field === undefined) return inVariant(from, segments, value) ?? [segment, ...rest].join(".");
    return field.name + below(field, rest, memberOf(value, segment));
  };
  const below = ({ type, label }: ProtoField, segments: readonly string[], value: unknown): string => {
    const [at, ...rest] = segments;
    if (at === undefined) return "";
    const inner = type.kind === "message" ? schema.messages[type.name] : undefined;
    if (label === "singular") return dotted(walk(inner, segments, value));
    const key = label === "list" ? `[${at}]` : `[${JSON.stringify(at)}]`;
    // A list within a list stands in a message of its own.
    const whole = inner?.fields.find(({ path, marks }) => path.length === 0 && marks === undefined);
    const item = memberOf(value, at);
    if (whole !== undefined && rest.length > 0) return `${key}.${whole.name}${below(whole, rest, item)}`;
    return key + dotted(walk(inner, rest, item));
  };
  const inVariant = (
    from: ProtoMessage | undefined,
    segments: readonly string[],
    value: unknown,
  ): string | undefined => {
    if (from?.union === undefined) return undefined;
    const { tag, oneof } = from.union;
    if (segments[0] === tag) return oneof;
    const sent = memberOf(value, tag);
    const messageOf = ({ type }: ProtoField) =>
      type.kind === "message" ? schema.messages[type.name] : undefined;
    const variant =
      from.fields.find(({ path }) => sent !== undefined && path.at(-1) === sent) ??
      from.fields.find((each) => messageOf(each)?.fields.some(({ path: [first] }) => first === segments[0]));
    return variant && variant.name + dotted(walk(messageOf(variant), segments, value));
  };
  const ofParameter = (parameter: string): string => {
    const path = Object.hasOwn(PARTS, parameter) ? PARTS[parameter] : undefined;
    const field = message?.fields.find((each) => path !== undefined && isSame(each.path, path));
    if (field !== undefined) return field.name;
    const [, name = parameter, operator = "in"] = /^(.*?)(?:\[(\w+)\])?$/.exec(parameter) ?? [];
    const filter = message?.fields.find((each) => isSame(each.path, ["list", "filter"]));
    const inner = filter?.type.kind === "message" ? schema.messages[filter.type.name] : undefined;
    const condition = inner?.fields.find((each) => isSame(each.path, [name, operator]));
    if (condition !== undefined) return `${filter?.name}.${condition.name}`;
    // What no condition stands for was asked of the filter all the same: nothing else of a list takes names of one's own.
    return filter === undefined || path !== undefined ? parameter : `${filter.name}.${parameter}`;
  };
  return (pointer, input) => {
    if (pointer.startsWith("?")) return ofParameter(pointer.slice(1));
    if (!pointer.startsWith("/")) return pointer.toLowerCase();
    const segments = pointer
      .slice(1)
      .split("/")
      .map((each) => each.replaceAll("~1", "/").replaceAll("~0", "~"));
    if (!isStream) return walk(message, segments, input, true);
    return `[${segments[0]}]${dotted(walk(message, segments.slice(1), undefined, true))}`;
  };
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

function dotted(path: string): string {
  return path === "" || path.startsWith("[") ? path : `.${path}`;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, at) => each === other[at]);
}
