export type { Caller, TestRequest } from "./caller.ts";
export {
  type CheckContext,
  type CommandOutcome,
  type CommandSource,
  type CrashCommand,
  type CrashCommandOptions,
  type CrashPlan,
  type CrashPlanOptions,
  crashCommand,
  crashPlan,
  type Outside,
} from "./crash/crash-plan.ts";
export type { Finding, FindingKind } from "./crash/judge.ts";
export { type CrashReport, formatReport } from "./crash/report.ts";
export { type CrashTestOptions, runCrashTest } from "./crash/run-crash-test.ts";
export {
  createCaller,
  type EngineCallerOptions,
  type ServiceCallerOptions,
  type TestService,
} from "./create-caller.ts";
export { createFakeClock, type FakeClock } from "./fake-clock.ts";
