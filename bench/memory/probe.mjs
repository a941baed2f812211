/**
 * Loaded into a process that is measured, by NODE_OPTIONS: on SIGUSR2 it collects all garbage and writes how much heap is
 * in use to the file that BENCH_PROBE names. Until then it does nothing. Plain JavaScript: stripping types would take memory.
 */
import { renameSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const file = process.env.BENCH_PROBE;
if (file !== undefined) {
  process.on("SIGUSR2", () => {
    // Made now: a flag that is set at the start would invalidate the cache of compiled code.
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc");
    // Twice: what finalizers let go of is freed by the second.
    collect();
    collect();
    writeFileSync(`${file}.part`, String(process.memoryUsage().heapUsed));
    renameSync(`${file}.part`, file);
  });
}
