import assert from "node:assert/strict";
import type { Model } from "../../src/contract/model/model.ts";
import type { Actor, Answer, BatchQuestion, Caller, Part, Question } from "./caller.ts";
import type { Place } from "./scenario.ts";

/** A row as JSON carries it. */
export type Json = Readonly<Record<string, any>>;

/** A page of rows as JSON carries it. */
export interface JsonPage {
  readonly data: readonly Json[];
  readonly page: {
    readonly nextCursor: string | null;
    readonly prevCursor: string | null;
    readonly hasMore: boolean;
    readonly total?: number;
  };
}

/** What a stage stands on: one served system. */
export interface StageOptions {
  readonly place: Place;
  readonly caller: Caller;
  /** All callers of the same system. */
  readonly callers: readonly Caller[];
  readonly model: Model;
  readonly clock: ShiftedClock;
  readonly keys: Keys;
}

/** Makes and revokes API keys. */
export interface Keys {
  make(holder: { readonly principal: string; readonly roles: readonly string[] }): Promise<string>;
  revoke(key: string): Promise<void>;
}

/** The system's time, moved ahead by scenarios that need the future. */
export class ShiftedClock {
  shiftMs = 0;
  now(): number {
    return Date.now() + this.shiftMs;
  }
}

const HOUR_MS = 3_600_000;
let made = 0;

/** What a scenario has in hand: the caller and short ways to make rows and people. */
export class Stage {
  readonly place: Place;
  readonly caller: Caller;
  /** Everybody else who calls the same system. */
  readonly others: readonly Caller[];
  readonly model: Model;
  readonly clock: ShiftedClock;
  readonly #keys: Keys;
  #admin: Actor | undefined;

  constructor(options: StageOptions) {
    this.place = options.place;
    this.caller = options.caller;
    this.others = options.callers.filter((caller) => caller !== options.caller);
    this.model = options.model;
    this.clock = options.clock;
    this.#keys = options.keys;
  }

  /** How a parameter or field is refused that is not there: a GraphQL document that names one is not run at all. */
  get notThere(): readonly string[] {
    return this.place.caller === "graphql"
      ? ["malformed_request", "invalid_parameter"]
      : ["invalid_parameter"];
  }

  call(operation: string, question: Question = {}): Promise<Answer> {
    return this.caller.call(operation, question);
  }

  batch(parts: readonly Part[], options: BatchQuestion): Promise<readonly Answer[]> {
    return this.caller.batch(parts, options);
  }

  /** Calls and insists on success; returns the value. */
  async ok(operation: string, question: Question = {}): Promise<Json> {
    return (await this.okAnswer(operation, question)).value as Json;
  }

  async okAnswer(operation: string, question: Question = {}): Promise<Answer> {
    const answer = await this.call(operation, question);
    assert.ok(answer.ok, `${operation} failed: ${describe(answer)}`);
    return answer;
  }

  /** Calls and insists on one of these error codes. */
  async refused(
    operation: string,
    codes: string | readonly string[],
    question: Question = {},
  ): Promise<Answer> {
    const answer = await this.call(operation, question);
    assert.ok(!answer.ok, `${operation} succeeded, expected ${codes}: ${describe(answer)}`);
    assert.ok([codes].flat().includes(answer.code), `expected ${codes}: ${describe(answer)}`);
    assert.ok(answer.requestId !== "", "a failure names its request id");
    return answer;
  }

  async page(operation: string, question: Question = {}): Promise<JsonPage> {
    return (await this.ok(operation, question)) as JsonPage;
  }

  /** A word nobody else has used. */
  word(prefix = "w"): string {
    return `${prefix}${process.pid.toString(36)}${(++made).toString(36)}`;
  }

  async actor(principal: string, ...roles: string[]): Promise<Actor> {
    return { id: principal, key: await this.#keys.make({ principal, roles }) };
  }

  revoke({ key }: Actor): Promise<void> {
    return this.#keys.revoke(key);
  }

  /** Signed in, without any role. */
  stranger(): Promise<Actor> {
    return this.actor(this.word("stranger-"));
  }

  async admin(): Promise<Actor> {
    this.#admin ??= await this.actor("admin", "admin");
    return this.#admin;
  }

  async patient(values: Json = {}): Promise<Actor> {
    const input = { name: "Pat", email: `${this.word()}@example.com`, birthDate: "1990-02-28", ...values };
    const { id } = await this.ok("patient.create", { input, as: await this.admin() });
    return this.actor(id, "patient");
  }

  async provider(values: Json = {}): Promise<Actor> {
    const input = { name: "Dr. Pro", specialty: "family", ...values };
    const { id } = await this.ok("provider.create", { input, as: await this.admin() });
    return this.actor(id, "provider");
  }

  /** An open slot that starts in some hours. */
  slot(provider: Actor, hours = 24): Promise<Json> {
    const startMs = this.clock.now() + hours * HOUR_MS;
    return this.ok("slot.create", {
      input: {
        provider: provider.id,
        startsAt: new Date(startMs).toISOString(),
        endsAt: new Date(startMs + HOUR_MS / 2).toISOString(),
      },
      as: provider,
    });
  }

  book(patient: Actor, slot: string, key = this.word("key-")): Promise<Answer> {
    const input = { slot, reason: "A pain in the neck" };
    return this.call("appointment.create", { input, idempotencyKey: key, as: patient });
  }

  /** A patient, a provider, a slot and its appointment in the state asked for. */
  async appointment(state: "requested" | "confirmed" | "cancelled" | "completed" = "requested") {
    const [patient, provider] = [await this.patient(), await this.provider()];
    const slot = await this.slot(provider);
    const booked = await this.book(patient, slot.id);
    assert.ok(booked.ok, describe(booked));
    const { id } = booked.value as Json;
    if (state === "cancelled")
      await this.ok("appointment.cancel", { id, input: { reason: "ill" }, as: patient });
    if (state === "confirmed" || state === "completed") {
      await this.ok("appointment.confirm", { id, as: provider });
    }
    if (state === "completed")
      await this.after(slot, () => this.ok("appointment.complete", { id, input: {}, as: provider }));
    const row = await this.ok("appointment.get", { id, as: patient });
    assert.equal(row.status, state);
    return { id: id as string, row, slot, patient, provider };
  }

  /** Adds a document to an appointment. */
  attach(as: Actor, appointment: string, text = "A referral"): Promise<Json> {
    const bytes = new TextEncoder().encode(text);
    const files = { file: { name: "referral.txt", mediaType: "text/plain", bytes } };
    return this.ok("attachment.create", { input: { appointment }, files, as });
  }

  /** Does something as if the slot had begun. */
  after<T>(slot: Json, work: () => Promise<T>): Promise<T> {
    return this.later(Date.parse(slot.startsAt) - Date.now() + 1000, work);
  }

  /** Does something as if it were later. */
  async later<T>(ms: number, work: () => Promise<T>): Promise<T> {
    this.clock.shiftMs = ms;
    try {
      return await work();
    } finally {
      this.clock.shiftMs = 0;
    }
  }

  /** Tries until it does not throw; what is waited for has no event of its own. */
  async eventually<T>(check: () => Promise<T>): Promise<T> {
    for (const end = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
      try {
        return await check();
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  }

  specimen(as: Actor, values: Json = {}): Promise<Json> {
    return this.ok("specimen.create", { input: { label: this.word(), ...values }, as });
  }

  /** How many specimens carry the label: what a command has left behind. */
  async countSpecimens(as: Actor, label: string): Promise<number> {
    const list = { filter: { label: { in: [label] } }, total: true };
    return (await this.page("specimen.list", { list, as })).page.total ?? -1;
  }
}

/** Writes an answer for an assertion's message. */
export function describe(answer: Answer): string {
  return JSON.stringify(answer, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
}
