import { UsageError } from "../../base/errors/index.ts";
import type { Clock } from "../../runtime/engine/index.ts";

/** A clock that stands still until it is told. */
export interface FakeClock extends Clock {
  /** Moves time forward (or, with a negative number, back). */
  advance(ms: number): void;
  /** Sets the time: RFC 3339, or milliseconds since the epoch. */
  set(time: string | number): void;
}

/** Makes a clock that stands at `start`, by default the moment of the call. */
export function createFakeClock(start: string | number = Date.now()): FakeClock {
  let ms = toMs(start);
  return {
    now: () => ms,
    advance(by) {
      ms += by;
    },
    set(time) {
      ms = toMs(time);
    },
  };
}

function toMs(time: string | number): number {
  const ms = typeof time === "number" ? time : Date.parse(time);
  if (Number.isFinite(ms)) return ms;
  throw new UsageError({
    place: "fake clock",
    expected: "an RFC 3339 time or milliseconds since the epoch",
    found: JSON.stringify(time),
    fix: 'write it as "2026-11-01T09:00:00Z"',
  });
}
