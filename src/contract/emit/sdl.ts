import {
  describeGraphql,
  type GraphqlDescription,
  type GraphqlField,
  type GraphqlInputField,
  type GraphqlType,
  printDescriptionText,
  quote,
} from "../graphql/index.ts";
import type { Model } from "../model/index.ts";

/** Writes a model's GraphQL schema in the schema definition language: the text that graphql-js prints of it. */
export function emitSdl(model: Model): string {
  return printDescription(describeGraphql(model));
}

/** Directives of a type, with the space before them; empty for none. */
export type TypeDirectives = (type: GraphqlType) => string;

/** Writes a described schema. */
export function printDescription(
  { types }: GraphqlDescription,
  directivesOf: TypeDirectives = () => "",
): string {
  return [...types.values()].map((type) => printType(type, directivesOf(type))).join("\n\n");
}

function printType(type: GraphqlType, directives: string): string {
  const head = printDescriptionText(type.description, "");
  switch (type.kind) {
    case "scalar":
      return `${head}scalar ${type.name}`;
    case "enum":
      return `${head}enum ${type.name} ${block(type.values.map(({ name }) => `  ${name}`))}`;
    case "union":
      return `${head}union ${type.name} = ${Object.values(type.members).join(" | ")}`;
    case "input": {
      const oneOf = type.tag === undefined ? "" : " @oneOf";
      return `${head}input ${type.name}${oneOf} ${block(
        type.fields.map(
          (field, at) => `${printDescriptionText(field.description, "  ", at === 0)}  ${printInput(field)}`,
        ),
      )}`;
    }
    case "interface":
      return `${head}interface ${type.name} ${block(type.fields.map(printField))}`;
    case "object": {
      const { interfaces = [] } = type;
      const also = interfaces.length === 0 ? "" : ` implements ${interfaces.join(" & ")}`;
      return `${head}type ${type.name}${also}${directives} ${block(type.fields.map(printField))}`;
    }
  }
}

function block(lines: readonly string[]): string {
  return `{\n${lines.join("\n")}\n}`;
}

function printField(field: GraphqlField, at: number): string {
  const head = printDescriptionText(field.description, "  ", at === 0);
  const deprecated = printDeprecated(field.deprecated);
  return `${head}  ${field.name}${printArguments(field.args ?? [])}: ${field.type}${deprecated}`;
}

function printArguments(args: readonly GraphqlInputField[]): string {
  if (args.length === 0) return "";
  if (args.every(({ description }) => !description)) return `(${args.map(printInput).join(", ")})`;
  const lines = args.map(
    (arg, at) => `${printDescriptionText(arg.description, "    ", at === 0)}    ${printInput(arg)}`,
  );
  return `(\n${lines.join("\n")}\n  )`;
}

function printInput({ name, type, default: value, deprecated }: GraphqlInputField): string {
  const given = value === undefined ? "" : ` = ${value.literal}`;
  return `${name}: ${type}${given}${printDeprecated(deprecated)}`;
}

function printDeprecated(reason: string | undefined): string {
  if (reason === undefined) return "";
  return reason === "No longer supported" ? " @deprecated" : ` @deprecated(reason: ${quote(reason)})`;
}
