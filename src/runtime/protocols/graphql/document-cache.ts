/** Characters that each document counts beside its own: what is made of the shortest takes as much memory. */
const OVERHEAD_CHARACTERS = 32;

/** Keeps the documents that came last, up to a number of characters of source text. */
export class DocumentCache<T> {
  readonly #kept = new Map<string, T>();
  readonly #maxCharacters: number;
  #characters = 0;
  /** The one asked for last is where it belongs already, and it is nearly always asked for again. */
  #newest: string | undefined;

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  get(source: string): T | undefined {
    const found = this.#kept.get(source);
    if (found === undefined || source === this.#newest) return found;
    this.#kept.delete(source);
    this.#kept.set(source, found);
    this.#newest = source;
    return found;
  }

  /** Keeps a document, and lets go of those that were not asked for longest; one that would fill half is not kept. */
  set(source: string, document: T): void {
    if (source.length * 2 > this.#maxCharacters) return;
    this.#kept.set(source, document);
    this.#newest = source;
    this.#characters += source.length + OVERHEAD_CHARACTERS;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= this.#maxCharacters) return;
      this.#kept.delete(oldest);
      this.#characters -= oldest.length + OVERHEAD_CHARACTERS;
    }
  }
}
