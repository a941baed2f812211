export { joinWorkers, workerNumber } from "./join-workers.ts";
export { type SuperviseOptions, superviseWorkers, type WorkersFailure } from "./supervise-workers.ts";
export type { WorkerRole } from "./worker-role.ts";
