/** Where a mistake of the author or operator is, what was expected, what was found and how to mend it. */
export interface Mistake {
  /** Such as `resource appointment, list.filter[1]` or `option port`. */
  readonly place: string;
  readonly expected: string;
  readonly found: string;
  readonly fix: string;
}

/**
 * Thrown at construction for a mistake in a contract, an option or a setting; never caused by a caller of the API.
 * Carries all mistakes found, so that they can be mended in one go.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[] | Mistake) {
    const list: readonly Mistake[] = Array.isArray(mistakes) ? mistakes : [mistakes as Mistake];
    super(list.map(formatMistake).join("\n"));
    this.mistakes = list;
  }
}

/** Writes one mistake as text for a terminal: place, then expected, found and fix. */
export function formatMistake(mistake: Mistake): string {
  return `${mistake.place}: expected ${mistake.expected}, found ${mistake.found}. Fix: ${mistake.fix}`;
}
