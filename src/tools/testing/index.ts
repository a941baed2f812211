export type { Caller, TestRequest } from "./caller.ts";
export {
  createCaller,
  type EngineCallerOptions,
  type ServiceCallerOptions,
  type TestService,
} from "./create-caller.ts";
export { createFakeClock, type FakeClock } from "./fake-clock.ts";
