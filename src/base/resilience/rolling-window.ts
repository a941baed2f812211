/** Outcomes of the last `windowMs`, counted in `buckets` parts of it: the oldest part is forgotten as a whole. */
export interface RollingWindow {
  add(failed: boolean, now: number): void;
  count(now: number): { readonly total: number; readonly failures: number };
  clear(): void;
}

/** Makes a window without outcomes. */
export function createRollingWindow(windowMs: number, buckets: number): RollingWindow {
  const width = windowMs / buckets;
  const slices = Array.from({ length: buckets }, () => ({ slot: Number.NaN, total: 0, failures: 0 }));
  return {
    add(failed, now) {
      const slot = Math.floor(now / width);
      const slice = slices[((slot % buckets) + buckets) % buckets];
      if (slice === undefined) return;
      if (slice.slot !== slot) Object.assign(slice, { slot, total: 0, failures: 0 });
      slice.total++;
      if (failed) slice.failures++;
    },
    count(now) {
      const oldest = Math.floor(now / width) - buckets;
      let [total, failures] = [0, 0];
      for (const slice of slices) {
        if (!(slice.slot > oldest)) continue;
        total += slice.total;
        failures += slice.failures;
      }
      return { total, failures };
    },
    clear() {
      for (const slice of slices) slice.slot = Number.NaN;
    },
  };
}
