/** Where whole lines go. */
export interface LineDestination {
  write(lines: string): unknown;
}

// A tick that logs more than this writes in between, so that a burst does not pile up.
const MOST_CHARACTERS = 65_536;

/**
 * Gathers the lines of one turn of the event loop and writes them at once: under load a system call for each line costs
 * more than making it. What a process logs before it exits or fails is written; a kill loses the lines of one turn.
 */
export class LineBuffer implements LineDestination {
  readonly #destination: LineDestination;
  #lines = "";

  constructor(destination: LineDestination) {
    this.#destination = destination;
    process.on("exit", this.#flush);
  }

  write(line: string): void {
    if (this.#lines === "") setImmediate(this.#flush);
    this.#lines += line;
    if (this.#lines.length > MOST_CHARACTERS) this.#flush();
  }

  readonly #flush = (): void => {
    const lines = this.#lines;
    if (lines === "") return;
    this.#lines = "";
    this.#destination.write(lines);
  };
}
