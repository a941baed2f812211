// How a process that serves is kept small; see docs/decisions/0027-memory.md. As old a dialect as concordat.js.

// Young objects of V8 in 2 × 4 MB instead of 2 × 32; the old ones are collected when they have grown by a half.
export const FLAGS = ["--max-semi-space-size=4", "--heap-growing-percent=50"];

// glibc gives back what V8's compilers and collectors needed for a moment, and has one heap instead of eight a core.
export const SETTINGS = { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "131072" };

/** Whether whoever started the process has sizes of their own. */
const OWN = /--(?:max|min)[-_]semi[-_]space[-_]size|--heap[-_]growing[-_]percent|--inspect/;

/**
 * Starts this process anew with flags for a small memory, where the command serves: same process id, same streams. Does
 * nothing where that was done, where somebody chose sizes, for children (they get the flags of their parent), and where
 * the system cannot.
 */
export function keepSmall() {
  const command = process.argv.slice(2).find((word) => !word.startsWith("-"));
  if (command !== "serve" && command !== "dev") return;
  if (typeof process.execve !== "function" || process.platform === "win32" || process.channel) return;
  const { execArgv, execPath, argv, env } = process;
  if (OWN.test(`${execArgv.join(" ")} ${env.NODE_OPTIONS || ""}`)) return;
  process.execve(execPath, [execPath, ...FLAGS, ...execArgv, ...argv.slice(1)], { ...SETTINGS, ...env });
}
