import { UsageError } from "../../base/errors/index.ts";
import { innerTypeName } from "../model/graphql-names.ts";
import type { FieldNode, TypeNode } from "../schema/index.ts";
import { defaultOf } from "./default-literal.ts";
import type { GraphqlField, GraphqlInputField, GraphqlType } from "./description.ts";
import { isOwnScalar, SCALAR_OF, SCALARS } from "./scalars.ts";

type Fields = Readonly<Record<string, FieldNode>>;

/** Gathers the types of a schema: each portable type becomes one, with those that lie inside it. */
export class TypeBuilder {
  readonly types = new Map<string, GraphqlType>();

  /** Adds a type; the same one may come again from another place. Names have been checked by the compiler. */
  add(type: GraphqlType): string {
    const known = this.types.get(type.name);
    if (known !== undefined && known.kind !== type.kind) {
      throw new UsageError({
        place: `GraphQL type ${type.name}`,
        expected: "one meaning",
        found: `${known.kind} and ${type.kind}`,
        fix: "rename one of them",
      });
    }
    if (known === undefined) this.types.set(type.name, type);
    return type.name;
  }

  has(name: string): boolean {
    return this.types.has(name);
  }

  /** Names a type in answers, without saying whether it may be null. */
  output(type: TypeNode, name: string, description?: string): string {
    switch (type.kind) {
      case "list":
        return `[${this.output(type.items.type, name, description)}${type.items.nullable ? "" : "!"}]`;
      case "enum":
        return this.#enum(type.values, name, description);
      case "file":
        return this.#file();
      case "object":
        if (Object.keys(type.fields).length === 0) return this.#scalar("Map");
        return this.#object(type.fields, name, description);
      case "union": {
        const members: Record<string, string> = {};
        for (const [variant, { fields }] of Object.entries(type.variants)) {
          members[variant] = this.#object(fields, innerTypeName(name, variant), undefined, type.tag);
        }
        return this.add({ kind: "union", name, description, members, tag: type.tag });
      }
      default:
        return this.#scalar(SCALAR_OF[type.kind] ?? "JSON");
    }
  }

  /** Names a type in inputs, without saying whether it may be null. */
  input(type: TypeNode, name: string, description?: string): string {
    switch (type.kind) {
      case "list":
        return `[${this.input(type.items.type, name, description)}${type.items.nullable ? "" : "!"}]`;
      case "enum":
        return this.#enum(type.values, name, description);
      case "object":
        if (Object.keys(type.fields).length === 0) return this.#scalar("Map");
        return this.#input(type.fields, name, description);
      case "union": {
        const fields = Object.entries(type.variants).map(([variant, inner]) => ({
          name: variant,
          type: this.input(inner, innerTypeName(name, variant)),
        }));
        return this.add({ kind: "input", name: `${name}Input`, description, fields, tag: type.tag });
      }
      default:
        return this.#scalar(SCALAR_OF[type.kind] ?? "JSON");
    }
  }

  /** Fields of an answer's type. What is only ever received has none. */
  outputFields(fields: Fields, outer: string): GraphqlField[] {
    return Object.entries(fields).flatMap(([name, node]) =>
      node.writeOnly ? [] : [this.outputField(name, node, outer)],
    );
  }

  outputField(name: string, node: FieldNode, outer: string): GraphqlField {
    const type = this.output(node.type, innerTypeName(outer, name));
    return {
      name,
      type: isAlwaysThere(node) ? `${type}!` : type,
      description: node.description,
      deprecated: node.deprecated,
      source: { kind: "member", name },
    };
  }

  /** Fields of an input, or arguments. Files are left to REST. */
  inputFields(fields: Fields, outer: string): GraphqlInputField[] {
    return Object.entries(fields).flatMap(([name, node]) =>
      node.type.kind === "file" ? [] : [this.#inputField(name, node, outer)],
    );
  }

  #inputField(name: string, node: FieldNode, outer: string): GraphqlInputField {
    const type = this.input(node.type, innerTypeName(outer, name));
    const given = defaultOf(node);
    const mayBeLeftOut = node.optional || (node.default !== undefined && given === undefined);
    const required = !mayBeLeftOut && !node.nullable && given === undefined;
    const { deprecated, description } = node;
    return {
      name,
      type: !mayBeLeftOut && !node.nullable ? `${type}!` : type,
      // GraphQL deprecates nothing that has to be given.
      description:
        required && deprecated !== undefined
          ? [description, `Deprecated: ${deprecated}`].filter(Boolean).join("\n\n")
          : description,
      deprecated: required ? undefined : deprecated,
      ...(given === undefined ? {} : { default: given }),
    };
  }

  #scalar(name: string): string {
    if (isOwnScalar(name)) this.add({ kind: "scalar", name, description: SCALARS[name] });
    return name;
  }

  #enum(values: readonly string[], name: string, description?: string): string {
    return this.add({
      kind: "enum",
      name,
      description,
      values: values.map((value) => ({ name: value.toUpperCase(), value })),
    });
  }

  #object(fields: Fields, name: string, description?: string, tag?: string): string {
    const own: GraphqlField[] =
      tag === undefined ? [] : [{ name: tag, type: "String!", source: { kind: "member", name: tag } }];
    return this.add({
      kind: "object",
      name,
      description,
      fields: [...own, ...this.outputFields(fields, name)],
    });
  }

  #input(fields: Fields, name: string, description?: string): string {
    return this.add({
      kind: "input",
      name: `${name}Input`,
      description,
      fields: this.inputFields(fields, name),
    });
  }

  #file(): string {
    const member = (name: string, type: string, description: string): GraphqlField => ({
      name,
      type,
      description,
      source: { kind: "member", name },
    });
    this.#scalar("Int64");
    return this.add({
      kind: "object",
      name: "File",
      description: "A file. Its bytes are sent and fetched by REST.",
      fields: [
        member("id", "String!", "Changes whenever the bytes do."),
        member("name", "String!", "As its sender called it."),
        member("mediaType", "String!", "As its sender said."),
        member("size", "Int64!", "In bytes."),
        member("sha256", "String!", "Of its bytes, in lower-case hex."),
      ],
    });
  }
}

/** Whether a field of an answer can be non-null: nobody is ever refused it, and it is never absent. */
function isAlwaysThere({ optional, nullable, visibleTo }: FieldNode): boolean {
  return !optional && !nullable && visibleTo === undefined;
}
