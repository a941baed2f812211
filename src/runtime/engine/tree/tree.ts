import type { CheckedQuestion } from "../list-question.ts";
import type { Expansion, RowAccess } from "../ports.ts";
import type { ResourcePlan } from "../resource-plan.ts";
import type { RowPlan } from "./row-plan.ts";

/** A selection as one call reads it: what its caller may see, and which rows. */
export interface Tree {
  readonly plan: RowPlan;
  /** In the places of the selection; undefined where the caller may not see the ref. */
  readonly refs: readonly (RefTree | undefined)[];
  /** In the places of the selection; undefined where the caller may not list such rows. */
  readonly lists: readonly (ListTree | undefined)[];
  /** Refs that the statement that reads the row follows at once. */
  readonly expand: readonly Expansion[] | undefined;
  /** Nothing is below it. */
  readonly leaf: boolean;
}

/** A ref to follow. */
export interface RefTree {
  readonly field: string;
  /** Names of refs and relations that lead here. */
  readonly path: string;
  /** Whether the row's statement follows it, where it does so for any. */
  readonly joined: boolean;
  /** Undefined: the caller may read no row of the resource. */
  readonly access: RowAccess | undefined;
  readonly tree: Tree;
}

/** Rows that refer to the row. */
export interface ListTree {
  readonly resource: ResourcePlan;
  /** Its field that names the row. */
  readonly ref: string;
  readonly path: string;
  readonly question: CheckedQuestion;
  readonly access: RowAccess;
  readonly tree: Tree;
}
