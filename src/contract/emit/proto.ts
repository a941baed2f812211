import type { Model } from "../model/index.ts";
import {
  describeProto,
  isMessage,
  type ProtoEnum,
  type ProtoField,
  type ProtoFile,
  type ProtoLock,
  type ProtoMessage,
  type ProtoMethod,
  type ProtoReserved,
  type ProtoSchema,
  type ProtoService,
  typeName,
} from "../proto/index.ts";

/**
 * Writes a model as .proto files (proto3), text by path: `clinic/v2/appointment.proto`. With a lock, numbers are those that it
 * keeps; without one they follow the order of declaration.
 */
export function emitProto(model: Model, lock?: ProtoLock): ReadonlyMap<string, string> {
  const schema = describeProto(model, lock);
  return new Map(schema.files.map((file) => [file.path, fileText(schema, file)]));
}

function fileText(schema: ProtoSchema, file: ProtoFile): string {
  const names: Names = {
    schema,
    types: new Set([...Object.keys(schema.messages), ...Object.keys(schema.enums)]),
  };
  const imports = file.imports.map((path) => `import "${path}";`);
  const parts = [
    'syntax = "proto3";',
    `package ${schema.package};`,
    ...(imports.length === 0 ? [] : [imports.join("\n")]),
    ...file.services.map((service) => serviceText(service, names)),
    ...file.messages.map((name) => messageLines(schema.messages[name], names).join("\n")),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** What names mean where they stand. */
interface Names {
  readonly schema: ProtoSchema;
  readonly types: ReadonlySet<string>;
}

function serviceText({ name, description, methods }: ProtoService, names: Names): string {
  const lines = [...comment(description), `service ${lastOf(name)} {`];
  methods.forEach((method, index) => {
    if (index > 0) lines.push("");
    lines.push(...indent(methodLines(method, names)));
  });
  return [...lines, "}"].join("\n");
}

function methodLines(method: ProtoMethod, names: Names): string[] {
  const { kind, name, request, response, description } = method;
  const takes = kind === "client-stream" || kind === "bidi-stream" ? "stream " : "";
  const gives = kind === "server-stream" || kind === "bidi-stream" ? "stream " : "";
  const scope = names.schema.package;
  const head = `rpc ${name}(${takes}${refer(request, scope, names)}) returns (${gives}${refer(response, scope, names)})`;
  const options = [
    ...(method.deprecated ? ["option deprecated = true;"] : []),
    ...(method.hasNoSideEffects ? ["option idempotency_level = NO_SIDE_EFFECTS;"] : []),
  ];
  const body = options.length === 0 ? [`${head};`] : [`${head} {`, ...indent(options), "}"];
  return [...comment(description), ...body];
}

function messageLines(message: ProtoMessage | undefined, names: Names): string[] {
  if (message === undefined) return [];
  const { schema } = names;
  const { union } = message;
  const body = [
    ...reservedLines(message.reserved),
    ...message.enums.flatMap((name) => [...enumLines(schema.enums[name]), ""]),
    ...message.messages.flatMap((name) => [...messageLines(schema.messages[name], names), ""]),
  ];
  const fields = message.fields.flatMap((field) => fieldLines(field, message, names));
  body.push(...(union === undefined ? fields : [`oneof ${union.oneof} {`, ...indent(fields), "}"]));
  const head = `message ${lastOf(message.name)} {`;
  return [
    ...comment(message.description),
    ...(body.length === 0 ? [`${head}}`] : [head, ...indent(body), "}"]),
  ];
}

function fieldLines(field: ProtoField, message: ProtoMessage, names: Names): string[] {
  const { label, type, name, number, deprecated, description } = field;
  const plain = refer(typeName(type), message.name, names);
  const text =
    label === "list"
      ? `repeated ${plain}`
      : label === "map"
        ? `map<string, ${plain}>`
        : message.union !== undefined || isMessage(type)
          ? plain
          : `optional ${plain}`;
  return [...comment(description), `${text} ${name} = ${number}${deprecated ? " [deprecated = true]" : ""};`];
}

function enumLines(of: ProtoEnum | undefined): string[] {
  if (of === undefined) return [];
  const values = [{ name: of.unspecified, number: 0 }, ...of.values];
  const body = [...reservedLines(of.reserved), ...values.map(({ name, number }) => `${name} = ${number};`)];
  return [...comment(of.description), `enum ${lastOf(of.name)} {`, ...indent(body), "}"];
}

function reservedLines({ numbers, names }: ProtoReserved): string[] {
  return [
    ...(numbers.length === 0 ? [] : [`reserved ${numbers.join(", ")};`]),
    ...(names.length === 0 ? [] : [`reserved ${names.map((name) => `"${name}"`).join(", ")};`]),
  ];
}

/**
 * The shortest name that means a type where it stands. Protobuf looks for a name's first part in the innermost scope and
 * then outwards, and goes no further once it has found one.
 */
function refer(full: string, scope: string, { schema, types }: Names): string {
  if (!full.startsWith(`${schema.package}.`)) return full;
  const parts = full.slice(schema.package.length + 1).split(".");
  for (let count = 1; count <= parts.length; count++) {
    const name = parts.slice(-count).join(".");
    if (resolve(name, scope, { schema, types }) === full) return name;
  }
  return `.${full}`;
}

function resolve(name: string, scope: string, { schema, types }: Names): string | undefined {
  const [first = ""] = name.split(".");
  for (let at = scope; at.length >= schema.package.length; at = at.slice(0, at.lastIndexOf("."))) {
    if (types.has(`${at}.${first}`)) return types.has(`${at}.${name}`) ? `${at}.${name}` : undefined;
  }
  return undefined;
}

function comment(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(/\r\n|\r|\n/).map((line) => `// ${line}`.trimEnd());
}

function indent(lines: readonly string[]): string[] {
  const kept = lines.at(-1) === "" ? lines.slice(0, -1) : lines;
  return kept.map((line) => (line === "" ? "" : `  ${line}`));
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
