import { ApiError } from "concordat";

/** One look at a patient's devices. */
export interface Reading {
  readonly takenAt: string;
  readonly heartRate?: number;
  readonly bloodPressure?: { readonly systolic: number; readonly diastolic: number };
}

export interface Range {
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
}

/** What many readings say in sum; a kind that was never read is left out. */
export interface Summary {
  readonly startedAt: string;
  readonly endedAt: string;
  readonly readings: number;
  readonly heartRate?: Range;
  readonly systolic?: Range;
  readonly diastolic?: Range;
}

/** Adds readings up as they come and keeps none of them; no reading at all is refused. */
export async function summarize(readings: AsyncIterable<Reading>): Promise<Summary> {
  const times: { first?: string; last?: string } = {};
  const kinds = { heartRate: new Tally(), systolic: new Tally(), diastolic: new Tally() };
  let count = 0;
  for await (const { takenAt, heartRate, bloodPressure } of readings) {
    count++;
    if (times.first === undefined || Date.parse(takenAt) < Date.parse(times.first)) times.first = takenAt;
    if (times.last === undefined || Date.parse(takenAt) > Date.parse(times.last)) times.last = takenAt;
    if (heartRate !== undefined) kinds.heartRate.add(heartRate);
    if (bloodPressure !== undefined) {
      kinds.systolic.add(bloodPressure.systolic);
      kinds.diastolic.add(bloodPressure.diastolic);
    }
  }
  if (times.first === undefined || times.last === undefined) {
    throw new ApiError("invalid_input", "There was no reading at all.", {
      violations: [{ pointer: "", code: "too_few", message: "Expected at least one reading." }],
    });
  }
  const { heartRate, systolic, diastolic } = kinds;
  return {
    startedAt: times.first,
    endedAt: times.last,
    readings: count,
    ...(heartRate.count > 0 ? { heartRate: heartRate.range } : {}),
    ...(systolic.count > 0 ? { systolic: systolic.range } : {}),
    ...(diastolic.count > 0 ? { diastolic: diastolic.range } : {}),
  };
}

class Tally {
  count = 0;
  #sum = 0;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.count++;
    this.#sum += value;
    this.#minimum = Math.min(this.#minimum, value);
    this.#maximum = Math.max(this.#maximum, value);
  }

  get range(): Range {
    return { minimum: this.#minimum, maximum: this.#maximum, mean: this.#sum / this.count };
  }
}
