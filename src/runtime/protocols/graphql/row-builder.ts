import type { RowSelection } from "../../engine/index.ts";
import type { Variables } from "./arguments.ts";
import type { MakeQuestion } from "./question.ts";

/** Gathers what is wanted of a row, from all places of a document that want something of it. */
export class RowBuilder {
  readonly #fields: string[] = [];
  readonly #refs: { readonly field: string; readonly row: RowBuilder }[] = [];
  readonly #lists: {
    readonly relation: string;
    readonly question: MakeQuestion;
    readonly row: RowBuilder;
  }[] = [];
  #fixed: RowSelection | undefined;

  /** Place of a field among those that are selected. */
  place(field: string): number {
    const known = this.#fields.indexOf(field);
    return known === -1 ? this.#fields.push(field) - 1 : known;
  }

  /** Whether just these fields are selected, in this order. */
  hasJust(fields: readonly string[]): boolean {
    return fields.length === this.#fields.length && fields.every((field, at) => this.#fields[at] === field);
  }

  /** The row that a ref names: once, however often it is asked for. */
  ref(field: string): { readonly place: number; readonly row: RowBuilder } {
    const known = this.#refs.findIndex((ref) => ref.field === field);
    const found = this.#refs[known];
    if (found !== undefined) return { place: known, row: found.row };
    const row = new RowBuilder();
    return { place: this.#refs.push({ field, row }) - 1, row };
  }

  list(relation: string, question: MakeQuestion): { readonly place: number; readonly row: RowBuilder } {
    const row = new RowBuilder();
    return { place: this.#lists.push({ relation, question, row }) - 1, row };
  }

  /** Whether every request selects the same. */
  get #isFixed(): boolean {
    return (
      this.#lists.every(({ question, row }) => question.isFixed && row.#isFixed) &&
      this.#refs.every(({ row }) => row.#isFixed)
    );
  }

  /** The selection for these variables: the same object where variables do not matter. */
  build(variables: Variables): RowSelection {
    if (this.#fixed !== undefined) return this.#fixed;
    const refs = this.#refs.map(({ field, row }) => ({ field, row: row.build(variables) }));
    const lists = this.#lists.map(({ relation, question, row }) => ({
      relation,
      question: question(variables),
      row: row.build(variables),
    }));
    const selection: RowSelection = {
      fields: this.#fields,
      ...(refs.length === 0 ? {} : { refs }),
      ...(lists.length === 0 ? {} : { lists }),
    };
    if (this.#isFixed) this.#fixed = selection;
    return selection;
  }
}
