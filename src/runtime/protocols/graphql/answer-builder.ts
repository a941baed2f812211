import { type JsonValue, stringifyJson } from "../../../base/lib/index.ts";
import type { GraphqlAnswer, GraphqlContext } from "./executor.ts";
import type { RootField } from "./root.ts";
import { FieldRun, NullField } from "./run.ts";

/** A field of the root, ready to run. */
export interface PlannedField {
  readonly key: string;
  readonly run: RootField;
}

type MakeRequest = (run: FieldRun) => Parameters<RootField>[0];

/** Puts the texts of an answer's fields together, in the order of the document. */
export class AnswerBuilder {
  readonly #fields: readonly PlannedField[];
  readonly #cacheControl: () => string | undefined;
  readonly #requestId: string;
  readonly #request: MakeRequest;
  readonly #runs: FieldRun[] = [];
  /** Set where a field that may not be null is: all of the data is. */
  #isNull = false;

  constructor(
    fields: readonly PlannedField[],
    cacheControl: () => string | undefined,
    context: GraphqlContext,
    request: MakeRequest,
  ) {
    this.#fields = fields;
    this.#cacheControl = cacheControl;
    this.#requestId = context.meta.requestId;
    this.#request = request;
  }

  atOnce(): Promise<GraphqlAnswer> | GraphqlAnswer {
    const texts: (Promise<string> | string)[] = [];
    let waits = false;
    for (const field of this.#fields) {
      const text = this.#run(field);
      if (typeof text !== "string") waits = true;
      texts.push(text);
    }
    return waits ? Promise.all(texts).then((all) => this.#answer(all)) : this.#answer(texts);
  }

  async oneByOne(): Promise<GraphqlAnswer> {
    const texts: string[] = [];
    for (const field of this.#fields) texts.push(await this.#run(field));
    return this.#answer(texts);
  }

  #run({ run: field }: PlannedField): Promise<string> | string {
    const run = new FieldRun(this.#requestId);
    this.#runs.push(run);
    const nothing = (thrown: unknown): string => {
      if (!(thrown instanceof NullField)) throw thrown;
      run.report(thrown.failure);
      this.#isNull = true;
      return "null";
    };
    try {
      const text = field(this.#request(run));
      return typeof text === "string" ? text : text.catch(nothing);
    } catch (thrown) {
      return nothing(thrown);
    }
  }

  #answer(texts: readonly (Promise<string> | string)[]): GraphqlAnswer {
    let data = "";
    for (const [index, { key }] of this.#fields.entries()) {
      data += `${index === 0 ? "" : ","}${JSON.stringify(key)}:${texts[index]}`;
    }
    const errors = this.#runs.flatMap((run) => run.errors);
    const told = errors.length === 0 ? "" : `"errors":[${errors.join()}],`;
    const versions = this.#runs.flatMap(({ version }, index) => {
      const key = JSON.stringify(this.#fields[index]?.key);
      return version === undefined ? [] : `${key}:"${version}"`;
    });
    const extra = versions.length === 0 ? "" : `,"extensions":{"versions":{${versions.join()}}}`;
    const retryAfterSeconds = Math.max(0, ...this.#runs.map((run) => run.retryAfterSeconds));
    const isUnauthenticated = this.#runs.length > 0 && this.#runs.every((run) => run.isUnauthenticated);
    const cacheControl = errors.length === 0 ? this.#cacheControl() : undefined;
    const rowsRead = this.#runs.reduce((sum, run) => sum + run.rowsRead, 0);
    return {
      rowsRead,
      body: `{${told}"data":${this.#isNull ? "null" : `{${data}}`}${extra}}`,
      hasData: true,
      ...(extra === "" ? {} : { hasExtensions: true }),
      ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
      ...(isUnauthenticated ? { isUnauthenticated } : {}),
      ...(cacheControl === undefined ? {} : { cacheControl }),
    };
  }
}

/** An answer without data: nothing was run. */
export function requestError(errors: readonly JsonValue[]): GraphqlAnswer {
  return { body: `{"errors":${stringifyJson(errors)}}`, hasData: false };
}
