import type { OperationModel } from "../../../contract/model/index.ts";
import type { CrashCommand } from "./crash-plan.ts";
import type { Answer, Sent } from "./send.ts";
import type { PreparedRequest } from "./to-request.ts";

/** One command as its callers know it: what they sent and what they were told. */
export interface DiaryEntry {
  readonly number: number;
  readonly mark: string;
  readonly key: string;
  readonly operation: OperationModel;
  readonly command: CrashCommand;
  readonly request: PreparedRequest;
  /** Each caller that sent it, at the same time as the others or one after the other. */
  readonly sent: Sent[];
  /** What it answers when all is over and it is sent once more. */
  replay?: Answer;
  /** The row that its answer names, as a read found it when all was over. */
  row?: Answer;
}

/** The first answer that any of its callers got. */
export function firstAnswer({ sent }: DiaryEntry): Answer | undefined {
  return sent.find(({ answer }) => answer !== undefined)?.answer;
}

/** The value that a successful answer holds, out of its envelope where it has one; undefined for none. */
export function valueIn({ operation }: DiaryEntry, { body }: Answer): unknown {
  if (!/^[[{]/.test(body)) return undefined;
  const value: Readonly<Record<string, unknown>> = JSON.parse(body);
  const envelope = operation.http?.answer;
  return envelope?.kind === "value" ? value[envelope.key] : value;
}

/** The id of the row that an answer is about. */
export function idIn(entry: DiaryEntry, answer: Answer | undefined): string | undefined {
  if (answer === undefined || answer.status >= 300) return undefined;
  const value = valueIn(entry, answer);
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return typeof id === "string" ? id : undefined;
}
