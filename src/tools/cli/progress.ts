import type { Terminal } from "./terminal.ts";

/** Shows how far a long job is. */
export interface Progress {
  /** Notes that so many are done altogether. */
  update(done: number): void;
  /** Ends the display, with the rate. */
  done(): void;
}

/** What a {@link createProgress} counts. */
export interface ProgressOptions {
  /** What is being done: `cities`. */
  readonly label: string;
  readonly total: number;
  readonly terminal: Pick<Terminal, "json" | "progress">;
  /** Milliseconds since the epoch. Default the system's clock. */
  readonly now?: () => number;
}

const BAR_WIDTH = 30;
/** Ten drawings a second look smooth and cost nothing. */
const REDRAW_MS = 100;
/** Off a terminal a line each fifth of the way keeps logs short. */
const PLAIN_LINES = 5;

/** Makes a bar on a terminal, a few plain lines elsewhere, and nothing with `--json`. */
export function createProgress(options: ProgressOptions): Progress {
  const { label, total, terminal, now = Date.now } = options;
  const stream = terminal.progress;
  const bar = stream.isTTY === true;
  const startedAt = now();
  let count = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let lines = 0;

  const text = (share: number) =>
    `${label}: ${count.toLocaleString("en")} of ${total.toLocaleString("en")} (${Math.floor(share * 100)} %)`;
  const share = () => (total === 0 ? 1 : Math.min(1, count / total));
  const draw = () => {
    const filled = Math.round(share() * BAR_WIDTH);
    stream.write(`\r${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${text(share())}\x1b[K`);
  };

  return {
    update: (done) => {
      count = done;
      if (terminal.json) return;
      if (bar) {
        if (now() - drawnAt < REDRAW_MS) return;
        drawnAt = now();
        draw();
        return;
      }
      const reached = Math.floor(share() * PLAIN_LINES);
      if (reached === lines || share() >= 1) return;
      lines = reached;
      stream.write(`${text(share())}\n`);
    },
    done: () => {
      if (terminal.json) return;
      const seconds = Math.max(0.001, (now() - startedAt) / 1000);
      const rate = Math.round(count / seconds).toLocaleString("en");
      if (bar) draw();
      stream.write(`${bar ? "\n" : ""}${text(share())} in ${seconds.toFixed(1)} s, ${rate} a second\n`);
    },
  };
}
