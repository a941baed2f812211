/**
 * Milliseconds of processor time that work takes in this process. Time on the clock also counts what else the machine
 * does, so a bound on it fails where the code has not changed.
 */
export function cpuMs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
