import type { AccessRule, Model, OperationModel } from "../../../contract/model/index.ts";
import type { DemoKey } from "./demo-data.ts";

/** A command line to try, and what it shows. */
export interface TryLine {
  readonly does: string;
  readonly line: string;
}

/**
 * Command lines that work as they stand against a service at `url`: a list or query for anyone, lists that demo keys may
 * read, and the creation of a row that needs no other one.
 */
export function tryLines(model: Model, url: string, keys: readonly DemoKey[]): readonly TryLine[] {
  const base = url + model.rest.base;
  const operations = Object.values(model.operations);
  const lines: TryLine[] = [];

  const lists = operations.filter(({ method }) => method === "list");
  const open = lists.find(({ access }) => access.some(({ kind }) => kind === "anyone"));
  if (open !== undefined) {
    lines.push({
      does: `${open.resource} rows, without a key`,
      line: `curl '${base}${open.http?.path}?limit=2'`,
    });
  }
  const query = operations.find(isOpenQuery);
  if (open === undefined && query !== undefined) {
    lines.push({ does: `${query.name}, without a key`, line: `curl '${base}${query.http?.path}'` });
  }
  for (const list of lists.filter(
    (each) => each !== open && !each.access.some(({ kind }) => kind === "anyone"),
  )) {
    const key =
      keys.find((each) => mayCall(list.access, each) && !each.roles.includes("admin")) ??
      keys.find((each) => mayCall(list.access, each));
    if (key === undefined) continue;
    lines.push({
      does: `${list.resource} rows that ${key.name} may see`,
      line: `curl -H 'Authorization: Bearer ${key.key}' '${base}${list.http?.path}?limit=2'`,
    });
    if (lines.length === 3) break;
  }

  const create = operations.find((each) => each.method === "create" && exampleBody(each) !== undefined);
  const creator = create === undefined ? undefined : keys.find((key) => mayCall(create.access, key));
  if (create !== undefined && creator !== undefined) {
    const idempotency = create.idempotency === "required" ? ` -H "Idempotency-Key: $(date +%s)"` : "";
    lines.push({
      does: `a new ${create.resource}, as ${creator.name}`,
      line: `curl -H 'Authorization: Bearer ${creator.key}'${idempotency} --json '${JSON.stringify(exampleBody(create))}' ${base}${create.http?.path}`,
    });
  }
  return lines;
}

/** A query of no resource that anyone may make without saying anything. */
function isOpenQuery({ resource, kind, access, input, http }: OperationModel): boolean {
  if (resource !== undefined || kind !== "query" || http?.method !== "GET") return false;
  const open = access.some((rule) => rule.kind === "anyone");
  return (
    open && Object.values(input?.fields ?? {}).every((field) => field.optional || field.default !== undefined)
  );
}

function mayCall(access: readonly AccessRule[], key: DemoKey): boolean {
  return access.some(
    (rule) => rule.kind === "anyone" || rule.role === undefined || key.roles.includes(rule.role),
  );
}

/** A body of the required fields alone; undefined where one of them cannot be made up. */
function exampleBody(operation: OperationModel): Record<string, unknown> | undefined {
  const body: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(operation.input?.fields ?? {})) {
    if (field.optional === true || field.default !== undefined) continue;
    // A second row with the same value would be refused, and the line should work twice.
    if (field.unique === true) return undefined;
    if (field.example !== undefined) body[name] = field.example;
    else if (field.type.kind === "enum") body[name] = field.type.values[0];
    else if (field.type.kind === "bool") body[name] = true;
    else return undefined;
  }
  const text = JSON.stringify(body);
  // It stands in single quotes on the command line.
  return text.includes("'") ? undefined : body;
}
