import { type AnyResource, downloadName, type OperationSpec } from "../language/index.ts";
import type { FieldNode, ObjectNode } from "../schema/index.ts";
import type { OutputModel, ResourceModel } from "./model.ts";
import { isRecord } from "./read-options.ts";
import { aKind, didYouMean, oneOf, show } from "./report.ts";
import type { Scope } from "./scope.ts";

/** The downloads that a resource has without being asked: one for each file that is ever sent. */
export function standardDownloads(resource: AnyResource): OperationSpec[] {
  const fields: Readonly<Record<string, unknown>> = resource.fields;
  return Object.keys(fields).flatMap((field): OperationSpec[] => {
    const spec = isRecord(fields[field]) ? fields[field].spec : undefined;
    if (!isRecord(spec) || !isRecord(spec.type) || !isRecord(spec.traits)) return [];
    if (spec.type.kind !== "file" || spec.traits.writeOnly === true) return [];
    return [
      {
        kind: "query",
        name: downloadName(field),
        resource: resource.name,
        method: "download",
        field,
        options: {},
      },
    ];
  });
}

interface At {
  readonly place: string;
  readonly scope: Scope;
}

/** Compiles what a download sends; reports a field that is no file. */
export function downloadOutput(
  { field = "", resource = "" }: OperationSpec,
  model: ResourceModel | undefined,
  { place, scope }: At,
): OutputModel {
  const fields = model?.fields ?? {};
  const node = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (node?.type.kind === "file" && !node.writeOnly) {
    return {
      kind: "file",
      of: field,
      field: { type: node.type, ...(node.sensitive ? { sensitive: true } : {}) },
    };
  }
  // What is wrong with the field itself is reported where it stands.
  const known = scope.fields.get(resource);
  if (known?.has(field) && known.get(field) === undefined) return { kind: "none" };
  const files = Object.keys(fields).filter(
    (name) => fields[name]?.type.kind === "file" && !fields[name].writeOnly,
  );
  scope.report({
    place,
    expected: `a file field that is sent: ${oneOf(files)}`,
    found:
      node === undefined
        ? show(field)
        : node.writeOnly
          ? `${field}, which is writeOnly`
          : aKind(node.type.kind),
    fix: didYouMean(field, files, "remove the download"),
  });
  return { kind: "none" };
}

/** Reports what only commands and queries can do with files. */
export function checkFiles(
  { kind, options }: OperationSpec,
  { input, output }: { readonly input: ObjectNode | undefined; readonly output: OutputModel },
  { place, scope }: At,
): void {
  const taken = filesOf(input);
  if (taken.length > 0 && kind !== "command") {
    const fix = "make a command of it, or take the file out";
    scope.report({
      place: `${place}, input`,
      expected: "files in commands only",
      found: `a file in a ${kind}`,
      fix,
    });
  }
  if (taken.length > 0 && options.longRunning !== undefined) {
    const fix = "put the file into a row by one command, and name the row in the input of the other";
    scope.report({
      place: `${place}, longRunning`,
      expected: "input that can be kept until the work is done",
      found: "a file, whose bytes lie nowhere yet that lasts",
      fix,
    });
  }
  if (output.kind === "file" && kind !== "query") {
    const fix = "make a query of it, or answer with the row that has the file";
    scope.report({
      place: `${place}, output`,
      expected: "a file as the output of a query",
      found: `one of a ${kind}`,
      fix,
    });
  }
}

/** The fields of an input that take files, by name. */
export function filesOf(
  input: ObjectNode | undefined,
): readonly (readonly [name: string, field: FieldNode])[] {
  return Object.entries(input?.fields ?? {}).filter(([, { type }]) => type.kind === "file");
}
