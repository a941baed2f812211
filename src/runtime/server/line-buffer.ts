/** Where whole lines go. */
export interface LineDestination {
  write(lines: string): unknown;
}

/** How long a line may wait, and how much may wait: more is written at once, so that a burst does not pile up. */
const LONGEST_WAIT_MS = 10;
const MOST_CHARACTERS = 16_384;

/**
 * Gathers lines of which there are many and writes them together: under load a system call for each costs more than
 * making it. What a process logs before it exits or fails is written; a kill loses the gathered lines of ten milliseconds.
 */
export class LineBuffer implements LineDestination {
  readonly #destination: LineDestination;
  #lines = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(destination: LineDestination) {
    this.#destination = destination;
    process.on("exit", this.#flush);
  }

  /** Writes lines at once, behind those gathered before. */
  write(lines: string): void {
    this.#lines += lines;
    this.#flush();
  }

  /** Takes a line that may wait. */
  gather(line: string): void {
    this.#lines += line;
    if (this.#lines.length > MOST_CHARACTERS) this.#flush();
    else this.#timer ??= setTimeout(this.#flush, LONGEST_WAIT_MS).unref();
  }

  readonly #flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    if (lines === "") return;
    this.#lines = "";
    this.#destination.write(lines);
  };
}
