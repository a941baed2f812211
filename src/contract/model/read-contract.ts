import { isDate } from "../../base/lib/index.ts";
import type { AnyResource, OperationSpec } from "../language/index.ts";
import { METHODS, operationId, standardOperation } from "./compile-operations.ts";
import { standardDownloads } from "./file-operations.ts";
import { checkCamelCase } from "./names.ts";
import { isRecord, type OptionReader } from "./read-options.ts";
import { didYouMean, oneOf, type Report, show } from "./report.ts";
import { isResource } from "./scope.ts";

/** Reads an api's resources by name. */
export function readResources(read: OptionReader, report: Report): Map<string, AnyResource> {
  const resources = new Map<string, AnyResource>();
  const given = read.list("resources", "resources");
  if (given === undefined && !read.has("resources")) {
    report({
      place: "api, resources",
      expected: "a list of resources",
      found: "nothing",
      fix: "write resources: [ … ]",
    });
  }
  given?.forEach((resource, index) => {
    const place = `api, resources[${index}]`;
    if (!isResource(resource)) {
      const fix =
        resource === undefined
          ? "check the import: of two modules that import each other, one sees nothing yet"
          : "make it with resource()";
      report({ place, expected: 'a resource made by resource("…", { … })', found: show(resource), fix });
      return;
    }
    if (!checkCamelCase(resource.name, { place: `resource ${resource.name}`, report })) return;
    const other = resources.get(resource.name);
    if (other === undefined) {
      resources.set(resource.name, resource);
      return;
    }
    const found = other === resource ? "it twice" : "two with this name";
    report({
      place: `resource ${resource.name}`,
      expected: "each resource once",
      found,
      fix: "remove or rename one",
    });
  });
  return resources;
}

/** The versions of an api, and the newest, which is served. */
export interface Versions {
  readonly versions: Record<string, string>;
  readonly version: string;
}

/** Reads date versions by URL segment. */
export function readVersions(read: OptionReader, report: Report): Versions {
  const given = read.record("versions", "dates by URL segment");
  const entries: [name: string, date: string][] = [];
  for (const [name, date] of Object.entries(given ?? {})) {
    const place = `api, versions.${name}`;
    const named = /^v[1-9][0-9]{0,3}$/.test(name);
    if (!named)
      report({
        place,
        expected: "a URL segment v1, v2, …",
        found: show(name),
        fix: 'rename it, such as "v1"',
      });
    const dated = typeof date === "string" && isDate(date);
    if (!dated)
      report({
        place,
        expected: "a date YYYY-MM-DD",
        found: show(date),
        fix: 'write one such as "2026-11-01"',
      });
    if (named && dated) entries.push([name, date]);
  }
  entries.sort(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)));
  entries.forEach(([name, date], index) => {
    const [before, earlier] = entries[index - 1] ?? ["", ""];
    if (date > earlier) return;
    report({
      place: `api, versions.${name}`,
      expected: `a date after that of ${before}, ${earlier}`,
      found: show(date),
      fix: "give each version its own date, in the order of their numbers",
    });
  });
  if (given ? Object.keys(given).length === 0 : !read.has("versions")) {
    const fix = 'write versions: { v1: "2026-11-01" }, with the day the API is first released';
    report({ place: "api, versions", expected: "at least one version", found: "none", fix });
  }
  return { versions: Object.fromEntries(entries), version: entries.at(-1)?.[0] ?? "" };
}

/** What operations are read from. */
export interface OperationSource {
  readonly read: OptionReader;
  readonly resources: ReadonlyMap<string, AnyResource>;
  readonly report: Report;
}

/** Reads the declared operations and adds the standard ones that `only` leaves, in the order of the resources. */
export function readOperations(source: OperationSource): Map<string, OperationSpec> {
  const declared = readDeclared(source);
  const only = readOnlyTable(source);
  const byResource = Map.groupBy(declared, ([, spec]) => spec.resource);
  const all = new Map<string, OperationSpec>();
  for (const resource of source.resources.values()) {
    for (const method of METHODS) {
      const standard = standardOperation(resource, method);
      const id = operationId(standard);
      const spec =
        declared.get(id) ?? (only[resource.name]?.includes(method) === false ? undefined : standard);
      if (spec) all.set(id, spec);
    }
    for (const standard of standardDownloads(resource)) {
      if (only[resource.name]?.includes("get") === false) break;
      all.set(operationId(standard), standard);
    }
    for (const [id, spec] of byResource.get(resource.name) ?? []) all.set(id, spec);
  }
  for (const [id, spec] of byResource.get(undefined) ?? []) all.set(id, spec);
  return all;
}

const FREE_KINDS: readonly unknown[] = ["query", "command", "stream", "channel"];

function isOperation(value: unknown): value is { readonly spec: OperationSpec } {
  if (!isRecord(value) || value.kind !== "operation" || !isRecord(value.spec)) return false;
  const { kind, name, resource, method, options } = value.spec;
  if (typeof name !== "string" || !isRecord(options)) return false;
  if (resource === undefined) return method === undefined && FREE_KINDS.includes(kind);
  const reads = method === "list" || method === "get" || method === "download";
  if (typeof resource !== "string" || kind !== (reads ? "query" : "command")) return false;
  return [...METHODS, "action", "download"].some((known) => known === method);
}

function readDeclared({ read, resources, report }: OperationSource): Map<string, OperationSpec> {
  const declared = new Map<string, OperationSpec>();
  read.list("operations", "operations")?.forEach((operation, index) => {
    const place = `api, operations[${index}]`;
    if (!isOperation(operation)) {
      const expected = "an operation: query(…), command(…), stream(…), channel(…), or of a resource";
      const fix =
        typeof operation === "function" ? "call it: Appointment.create()" : "make it with one of these";
      report({ place, expected, found: show(operation), fix });
      return;
    }
    const { spec } = operation;
    const id = operationId(spec);
    for (const [of, name] of [
      ["", spec.resource],
      [", key", spec.kind === "channel" ? (spec.options.key ?? "") : undefined],
    ] as const) {
      if (name === undefined || resources.has(name)) continue;
      const names = [...resources.keys()];
      report({
        place: `operation ${id}${of}`,
        expected: `a resource of this contract: ${oneOf(names)}`,
        found: name === "" ? "none" : show(name),
        fix: name === "" ? "name one" : didYouMean(name, names, "add the resource to the api's resources"),
      });
      return;
    }
    if (declared.has(id)) {
      const fix = "remove one; to say more of a standard operation, declare it once";
      report({ place: `operation ${id}`, expected: "each operation once", found: "it twice", fix });
      return;
    }
    declared.set(id, spec);
  });
  return declared;
}

function readOnlyTable({
  read,
  resources,
  report,
}: OperationSource): Readonly<Record<string, readonly unknown[]>> {
  const only: Record<string, readonly unknown[]> = {};
  for (const [name, methods] of Object.entries(
    read.record("only", "standard operations by resource") ?? {},
  )) {
    const place = `api, only.${name}`;
    if (!resources.has(name)) {
      const names = [...resources.keys()];
      const fix = didYouMean(name, names, "remove it");
      report({ place, expected: `a resource of this contract: ${oneOf(names)}`, found: show(name), fix });
      continue;
    }
    if (!Array.isArray(methods)) {
      const expected = `a list of standard operations: ${METHODS.join(", ")}`;
      report({ place, expected, found: show(methods), fix: "write [ … ]" });
      continue;
    }
    methods.forEach((method: unknown, index) => {
      if (METHODS.some((known) => known === method)) return;
      report({
        place: `${place}[${index}]`,
        expected: oneOf(METHODS),
        found: show(method),
        fix: didYouMean(method, METHODS, "remove it; actions are declared in operations"),
      });
    });
    only[name] = methods;
  }
  return only;
}
