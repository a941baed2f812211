import type { ApiError } from "../../base/errors/index.ts";
import type { QueryResult, SqlText } from "./driver.ts";
import type { Interruptible, Interruption } from "./interruption.ts";

/** What a lane must know of a statement. */
export interface SharedStatement {
  readonly text: string;
  readonly parameters: readonly SqlText[];
  /** Whether it may be run again even after it has had its effect: a read, which has none. */
  readonly repeatable: boolean;
  /** Its caller has been answered. */
  readonly settled: boolean;
  /** Undefined: it had no effect and must be run again alone. */
  finish(result: QueryResult | undefined): void;
  fail(error: unknown): void;
}

/** Where the outcome of a statement goes. */
export interface StatementAnswer {
  resolve(result: QueryResult | undefined): void;
  reject(error: unknown): void;
}

/** One call's statement in a lane. */
export class LaneStatement implements SharedStatement, Interruptible {
  readonly text: string;
  readonly parameters: readonly SqlText[];
  readonly repeatable: boolean;
  readonly #interruption: Interruption;
  readonly #answer: StatementAnswer;
  settled = false;

  constructor(
    { text, parameters, repeatable }: Pick<SharedStatement, "text" | "parameters" | "repeatable">,
    interruption: Interruption,
    answer: StatementAnswer,
  ) {
    this.text = text;
    this.parameters = parameters;
    this.repeatable = repeatable;
    this.#interruption = interruption;
    this.#answer = answer;
  }

  interrupted(reason: ApiError): void {
    this.fail(reason);
  }

  finish(result: QueryResult | undefined): void {
    if (this.settled) return;
    this.settled = true;
    this.#interruption.remove(this);
    this.#answer.resolve(result);
  }

  fail(error: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.#interruption.remove(this);
    this.#answer.reject(error);
  }
}
