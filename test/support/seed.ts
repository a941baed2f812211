import fc from "fast-check";

/**
 * Imported by every test that has a property. `SEED=n` tries that seed; with CI=true it is 1, so that a change is judged
 * and not luck; else each run has its own, which fast-check prints with what it found.
 */
const seed = process.env.SEED ?? (process.env.CI === "true" ? "1" : undefined);
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
