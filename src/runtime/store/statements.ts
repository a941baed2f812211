/** SQL text made once per shape, with what reads its rows; parameters are given at each use. */
export interface Statement<Read> {
  readonly text: string;
  readonly read: Read;
  /** Whether connections keep it prepared. */
  prepare: boolean;
  uses: number;
}

/** What a builder makes of a shape. */
export interface BuiltStatement<Read> {
  readonly text: string;
  readonly read: Read;
}

// Callers choose fields, filters and expansions, so the number of shapes is theirs to blow up: it is bounded here, and
// so is the number of statements each connection keeps prepared.
const MAX_SHAPES = 500;
const MAX_PREPARED = 200;

/** Keeps the SQL of the shapes used most. */
export class StatementCache<Read> {
  readonly #shapes = new Map<string, Statement<Read>>();
  #prepared = 0;

  /** The statement of a shape, built where it is not kept. */
  get(shape: string, build: () => BuiltStatement<Read>): Statement<Read> {
    let statement = this.#shapes.get(shape);
    if (!statement) {
      statement = { ...build(), prepare: false, uses: 0 };
      this.#shapes.set(shape, statement);
      if (this.#shapes.size > MAX_SHAPES) this.#evict();
    }
    // A shape seen once may never come again; preparing it would only fill the server's memory.
    if (++statement.uses === 2 && this.#prepared < MAX_PREPARED) {
      statement.prepare = true;
      this.#prepared++;
    }
    return statement;
  }

  get size(): number {
    return this.#shapes.size;
  }

  /** Drops the tenth of the shapes that was used least. */
  #evict(): void {
    const entries = [...this.#shapes].sort(([, a], [, b]) => a.uses - b.uses);
    for (const [shape] of entries.slice(0, MAX_SHAPES / 10)) this.#shapes.delete(shape);
  }
}
