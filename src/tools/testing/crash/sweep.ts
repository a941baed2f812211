import { operationId } from "../../../runtime/engine/index.ts";
import type { CrashCommand } from "./crash-plan.ts";
import type { Random } from "./random.ts";

/** How far the points of one operation have been gone through. */
export interface Coverage {
  /** Points of one call in a fresh process, from its request to its answer. */
  readonly points: number;
  /** At how many of them the process has been killed. */
  readonly killedAt: number;
}

interface Progress {
  points: number;
  readonly open: number[];
  readonly done: Set<number>;
}

/** Goes through the points of each operation in an order drawn from the seed, over all rounds of a run. */
export class Sweep {
  readonly #random: Random;
  readonly #operations = new Map<string, Progress>();
  #turn = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The command whose turn it is. */
  next(commands: readonly CrashCommand[]): CrashCommand {
    return commands[this.#turn++ % commands.length]!;
  }

  /** The next point of an operation to die at; undefined where its points have not been counted yet. */
  nextPoint(operation: string): number | undefined {
    const progress = this.#operations.get(operation);
    if (progress === undefined) return undefined;
    if (progress.open.length === 0) progress.open.push(...this.#shuffled(progress.points));
    return progress.open.pop();
  }

  /** Notes that an operation's call has so many points. */
  counted(operation: string, points: number): void {
    const known = this.#operations.get(operation);
    if (known === undefined)
      this.#operations.set(operation, { points, open: this.#shuffled(points), done: new Set() });
    else if (points > known.points) {
      for (let point = known.points + 1; point <= points; point++) known.open.push(point);
      known.points = points;
    }
  }

  /** Notes that a process died at a point. */
  killed(operation: string, point: number): void {
    this.#operations.get(operation)?.done.add(point);
  }

  get coverage(): Readonly<Record<string, Coverage>> {
    return Object.fromEntries(
      [...this.#operations].map(([operation, { points, done }]) => [
        operation,
        { points, killedAt: done.size },
      ]),
    );
  }

  #shuffled(points: number): number[] {
    const all = Array.from({ length: points }, (_, index) => index + 1);
    for (let at = all.length - 1; at > 0; at--) {
      const other = this.#random.below(at + 1);
      [all[at], all[other]] = [all[other]!, all[at]!];
    }
    return all;
  }
}

/** Id of a command's operation. */
export function operationOf(command: CrashCommand): string {
  return operationId(command.operation.spec);
}
