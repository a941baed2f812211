import { ApiError, type Violation } from "../../base/errors/index.ts";
import type { JsonValue } from "../../base/lib/json.ts";
import type { ToolArgument, ToolArguments } from "../../contract/emit/index.ts";
import { formatPointer } from "../rest/json-pointer.ts";
import { isRecord, type JsonRecord } from "./codec.ts";
import type { PointerOf } from "./errors.ts";

/** What a tool's arguments ask of its operation. */
export interface ToolCallParts {
  readonly id?: string;
  /** What is left when the tool's own arguments are taken away. */
  readonly input?: JsonRecord;
  readonly list?: ToolQuestion;
  readonly fields?: readonly string[];
  readonly expand?: readonly string[];
  readonly ifMatch?: readonly number[] | "*";
  readonly idempotencyKey?: string;
  readonly waitSeconds?: number;
}

/** A list's question as its arguments say it, every value a text. */
export interface ToolQuestion {
  readonly filter?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly sort?: string;
  readonly search?: string;
  readonly limit?: number;
  readonly cursor?: string;
  readonly offset?: number;
  readonly total?: boolean;
}

/** Reads the arguments of one tool; throws `invalid_parameter` with every one that has the wrong type. */
export function readToolArguments(given: JsonRecord, names: ToolArguments): ToolCallParts {
  const reader = new ArgumentReader(given, names);
  const list: Mutable<ToolQuestion> = {};
  put(list, "filter", reader.filter());
  put(list, "sort", reader.text("sort"));
  put(list, "search", reader.text("search"));
  put(list, "limit", reader.number("limit"));
  put(list, "cursor", reader.text("cursor"));
  put(list, "offset", reader.number("offset"));
  put(list, "total", reader.flag("total"));
  const parts: Mutable<ToolCallParts> = {};
  put(parts, "id", reader.text("id"));
  put(parts, "list", Object.keys(list).length === 0 ? undefined : list);
  put(parts, "fields", reader.texts("fields"));
  put(parts, "expand", reader.texts("expand"));
  put(parts, "ifMatch", toVersions(reader.text("ifMatch")));
  put(parts, "idempotencyKey", reader.text("idempotencyKey"));
  put(parts, "waitSeconds", reader.count("waitSeconds"));
  put(parts, "input", reader.rest());
  const { violations } = reader;
  const [first] = violations;
  if (first === undefined) return parts;
  const message =
    violations.length === 1
      ? `The arguments are not valid: ${first.pointer}: ${first.message}`
      : `The arguments have ${violations.length} mistakes.`;
  throw new ApiError("invalid_parameter", message, { violations });
}

/** Makes what turns the places in a call that the engine names into places in the tool's arguments. */
export function createPointerOf(names: ToolArguments): PointerOf {
  const filter = names.filter ?? "filter";
  return (pointer) => {
    if (pointer === "Idempotency-Key") return formatPointer([names.idempotencyKey ?? "idempotencyKey"]);
    if (!pointer.startsWith("?")) return pointer;
    const asked = pointer.slice(1);
    const own = OWN_PARAMETERS[asked];
    if (own !== undefined) return formatPointer([names[own] ?? own]);
    const [, path = asked, operator = "in"] = /^(.+)\[(\w+)\]$/.exec(asked) ?? [];
    return formatPointer([filter, path, operator]);
  };
}

/** Arguments by the name that a query string has for them. */
const OWN_PARAMETERS: Readonly<Partial<Record<string, ToolArgument>>> = Object.assign(Object.create(null), {
  sort: "sort",
  q: "search",
  limit: "limit",
  cursor: "cursor",
  offset: "offset",
  total: "total",
  fields: "fields",
  expand: "expand",
} satisfies Record<string, ToolArgument>);

/** Takes arguments one after the other and remembers what was wrong with them. */
class ArgumentReader {
  readonly violations: Violation[] = [];
  readonly #given: JsonRecord;
  readonly #names: ToolArguments;

  constructor(given: JsonRecord, names: ToolArguments) {
    this.#given = given;
    this.#names = names;
  }

  text(argument: ToolArgument): string | undefined {
    const value = this.#take(argument);
    if (value === undefined || typeof value === "string") return value;
    return this.#refuse([this.#nameOf(argument)], "Must be a text.");
  }

  count(argument: ToolArgument): number | undefined {
    const value = this.#take(argument);
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    return this.#refuse([this.#nameOf(argument)], "Must be a whole number, at least 0.");
  }

  /** Any number: the engine knows which ones it takes. */
  number(argument: ToolArgument): number | undefined {
    const value = this.#take(argument);
    if (value === undefined || typeof value === "number") return value;
    if (typeof value === "bigint") return Number(value);
    return this.#refuse([this.#nameOf(argument)], "Must be a number.");
  }

  flag(argument: ToolArgument): boolean | undefined {
    const value = this.#take(argument);
    if (value === undefined || typeof value === "boolean") return value;
    return this.#refuse([this.#nameOf(argument)], "Must be true or false.");
  }

  texts(argument: ToolArgument): readonly string[] | undefined {
    const value = this.#take(argument);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string"))
      return value;
    return this.#refuse([this.#nameOf(argument)], "Must be a list of texts, at least one.");
  }

  filter(): ToolQuestion["filter"] {
    const value = this.#take("filter");
    const name = this.#nameOf("filter");
    if (value === undefined) return undefined;
    if (!isRecord(value)) return this.#refuse([name], "Must be an object: field, operator, value.");
    const filter: Record<string, Record<string, readonly string[]>> = {};
    for (const [path, conditions] of Object.entries(value)) {
      if (!isRecord(conditions)) {
        this.#refuse([name, path], 'Must be an object of operators: { "in": ["a", "b"] }.');
        continue;
      }
      const texts: Record<string, readonly string[]> = {};
      for (const [operator, operand] of Object.entries(conditions)) {
        const found = toTexts(operator, operand);
        if (found !== undefined) texts[operator] = found;
        else {
          const many = takesMany(operator) ? "a list of values" : "one value";
          this.#refuse([name, path, operator], `Must be ${many}.`);
        }
      }
      filter[path] = texts;
    }
    return filter;
  }

  /** What the tool has no argument for: the input. */
  rest(): JsonRecord | undefined {
    const own = new Set<string>(Object.values(this.#names));
    const rest = Object.entries(this.#given).filter(([name]) => !own.has(name));
    return rest.length === 0 ? undefined : Object.fromEntries(rest);
  }

  #take(argument: ToolArgument): JsonValue | undefined {
    const name = this.#names[argument];
    return name === undefined || !Object.hasOwn(this.#given, name) ? undefined : this.#given[name];
  }

  #nameOf(argument: ToolArgument): string {
    return this.#names[argument] ?? argument;
  }

  #refuse(tokens: readonly string[], message: string): undefined {
    this.violations.push({ pointer: formatPointer(tokens), code: "wrong_type", message });
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function put<T extends object, K extends keyof T>(target: T, name: K, value: T[K] | undefined): void {
  if (value !== undefined) target[name] = value;
}

/** Tags of somebody else match nothing, as with If-Match. */
function toVersions(text: string | undefined): readonly number[] | "*" | undefined {
  if (text === undefined || text === "*") return text;
  return /^[0-9]{1,15}$/.test(text) ? [Number(text)] : [];
}

function takesMany(operator: string): boolean {
  return operator === "in" || operator === "ne";
}

function toTexts(operator: string, operand: JsonValue): readonly string[] | undefined {
  if (!takesMany(operator)) {
    const text = toText(operand);
    return text === undefined ? undefined : [text];
  }
  if (!Array.isArray(operand)) return undefined;
  const texts = operand.map(toText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function toText(value: JsonValue): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  return undefined;
}
