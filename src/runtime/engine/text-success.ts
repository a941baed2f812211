import { type JsonValue, parseJson } from "../../base/lib/index.ts";
import type { PageInfo, Success } from "./call.ts";
import type { StoredRow } from "./ports.ts";

/** What is known of an answer beside its text. */
export interface TextFacts {
  readonly kind: "ok" | "created";
  /** The row that the answer is. */
  readonly row?: StoredRow;
  readonly page?: PageInfo;
  /** Works out the actions, once. */
  readonly actions?: (() => readonly string[]) | undefined;
  readonly hidden?: readonly string[] | undefined;
}

/**
 * An answer that was made as JSON text. Its value is read from the text, and its actions are worked out, only where
 * somebody asks: plain JSON, which most callers take, needs neither.
 */
export class TextSuccess implements Success {
  readonly ok = true;
  readonly replayed = false;
  readonly json: string;
  readonly #facts: TextFacts;
  #value: JsonValue | undefined;
  #actions: readonly string[] | undefined;

  constructor(json: string, facts: TextFacts) {
    this.json = json;
    this.#facts = facts;
  }

  get value(): JsonValue {
    this.#value ??= parseJson(this.json, { maxDepth: MAX_DEPTH });
    return this.#value;
  }

  get kind(): "ok" | "created" {
    return this.#facts.kind;
  }

  get id(): string | undefined {
    return this.#facts.row?.id;
  }

  get version(): number | undefined {
    return this.#facts.row?.version;
  }

  get updatedAt(): string | undefined {
    return this.#facts.row?.updatedAt;
  }

  get actions(): readonly string[] | undefined {
    this.#actions ??= this.#facts.actions?.();
    return this.#actions;
  }

  get hidden(): readonly string[] | undefined {
    return this.#facts.hidden;
  }

  get page(): PageInfo | undefined {
    return this.#facts.page;
  }
}

// As deep as a value of type json may be stored, and the row and page around it.
const MAX_DEPTH = 520;
