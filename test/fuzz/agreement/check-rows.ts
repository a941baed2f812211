import fc from "fast-check";
import type { OperationModel, ResourceModel } from "../../../src/contract/model/index.ts";
import { agree, ask, count, type Run } from "./ask.ts";
import { changesOf, type Row, valuesOf, withoutMembers } from "./row-values.ts";

/** Rows that are written over any protocol read alike over all; what is refused by one is refused by all. */
export async function checkRows(run: Run, { name }: ResourceModel): Promise<void> {
  const [create, patch] = ["create", "patch"].map((method) => run.model.operations[`${name}.${method}`]);
  const own: string[] = [];
  run.rows.set(name, own);
  if (create === undefined) return;
  for (let at = 0; at < 4; at++) {
    const input = run.draw(valuesOf(create.input?.fields ?? {}, run.rows));
    const id = await write(run, create, { input });
    if (id === undefined) continue;
    own.push(id);
    if (patch !== undefined) await write(run, patch, { id });
  }
}

/** Writes a row over one protocol, and reads it over all. */
async function write(
  run: Run,
  operation: OperationModel,
  { id, input }: { readonly id?: string; readonly input?: Row },
): Promise<string | undefined> {
  const writer = run.draw(fc.constantFrom(...run.callers));
  const isRest = writer.name.startsWith("REST");
  const fields = operation.input?.fields ?? {};
  const given = input ?? run.draw(changesOf(isRest ? withoutMembers(fields) : fields, run.rows));
  const question = { ...(id === undefined ? {} : { id }), input: given };
  const answer = await writer.call(operation.id, { ...question, as: run.as });
  if (!answer.ok) {
    const merges = id !== undefined && !isRest;
    const others = run.callers.filter(({ name }) => !merges || !name.startsWith("REST"));
    await ask(run, operation, question, others);
    return undefined;
  }
  count(run, operation.method ?? "");
  const written = String((answer.value as Row).id);
  const get = run.model.operations[`${operation.resource}.get`];
  if (get === undefined) return written;
  const read = await ask(run, get, { id: written });
  const told = { ...read, kind: answer.kind };
  agree(run, operation, question, { caller: run.callers[0]!, answer: told }, { caller: writer, answer });
  return written;
}
