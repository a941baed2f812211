import type { ApiError } from "../../base/errors/index.ts";
import type {
  ClaimResult,
  GetManyOptions,
  GetOptions,
  IdempotencyClaim,
  ListManyPlan,
  ListPlan,
  OutboxEvent,
  Session,
  StepRecord,
  StoredAnswer,
  StoredPage,
  StoredRow,
} from "./ports.ts";

/**
 * The session of one call of an atomic batch: its statements run in the batch's transaction. What it begins, commits
 * and undoes is only noted, since the batch commits for all of its calls, or undoes them all.
 */
export class PartSession implements Session {
  readonly #batch: () => Promise<Session>;
  #begun = false;
  #endedBy: ApiError | undefined;

  constructor(batch: () => Promise<Session>) {
    this.#batch = batch;
  }

  get inTransaction(): boolean {
    return this.#begun;
  }

  /** Its batch, which fails by this, is interrupted by whoever runs it. */
  interrupt(reason: ApiError): void {
    this.#endedBy ??= reason;
  }

  async begin(): Promise<void> {
    await this.#open();
    this.#begun = true;
  }

  async commit(): Promise<void> {
    this.#begun = false;
  }

  async rollback(): Promise<void> {
    this.#begun = false;
  }

  /** The call has failed, and the batch with it. */
  async undo(): Promise<void> {}

  async get(resource: string, id: string, options: GetOptions): Promise<StoredRow | undefined> {
    return (await this.#open()).get(resource, id, options);
  }

  async getMany(
    resource: string,
    ids: readonly string[],
    options: GetManyOptions,
  ): Promise<readonly StoredRow[]> {
    return (await this.#open()).getMany(resource, ids, options);
  }

  async list(resource: string, question: ListPlan): Promise<StoredPage> {
    return (await this.#open()).list(resource, question);
  }

  async listMany(
    resource: string,
    question: ListManyPlan,
    parents: readonly string[],
  ): Promise<readonly StoredPage[]> {
    return (await this.#open()).listMany(resource, question, parents);
  }

  async insert(resource: string, values: Readonly<Record<string, unknown>>): Promise<StoredRow> {
    return (await this.#open()).insert(resource, values);
  }

  async update(
    resource: string,
    id: string,
    changes: Readonly<Record<string, unknown>>,
    options?: { readonly version?: number },
  ): Promise<StoredRow | undefined> {
    return (await this.#open()).update(resource, id, changes, options);
  }

  async delete(resource: string, id: string, options?: { readonly version?: number }): Promise<boolean> {
    return (await this.#open()).delete(resource, id, options);
  }

  async sql(text: string, parameters: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
    return (await this.#open()).sql(text, parameters);
  }

  async claim(claim: IdempotencyClaim): Promise<ClaimResult> {
    return (await this.#open()).claim(claim);
  }

  async enqueueOperation(id: string, request: string): Promise<void> {
    return (await this.#open()).enqueueOperation(id, request);
  }

  async finishOperation(id: string, holder: string): Promise<boolean> {
    return (await this.#open()).finishOperation(id, holder);
  }

  async findSteps(claim: IdempotencyClaim): Promise<readonly StepRecord[]> {
    return (await this.#open()).findSteps(claim);
  }

  async storeAnswer(claim: IdempotencyClaim, answer: StoredAnswer): Promise<void> {
    await (await this.#open()).storeAnswer(claim, answer);
  }

  async appendEvent(event: OutboxEvent): Promise<void> {
    await (await this.#open()).appendEvent(event);
  }

  #open(): Promise<Session> {
    return this.#endedBy === undefined ? this.#batch() : Promise.reject(this.#endedBy);
  }
}
