import type { Step } from "./step.ts";
import { accept } from "./steps/accept.ts";
import { account } from "./steps/account.ts";
import { admit } from "./steps/admit.ts";
import { authenticate } from "./steps/authenticate.ts";
import { authorize } from "./steps/authorize.ts";
import { begin } from "./steps/begin.ts";
import { commit } from "./steps/commit.ts";
import { enter } from "./steps/enter.ts";
import { finish } from "./steps/finish.ts";
import { handle } from "./steps/handle.ts";
import { project } from "./steps/project.ts";
import { resume } from "./steps/resume.ts";
import { target } from "./steps/target.ts";
import { trace } from "./steps/trace.ts";
import { validate } from "./steps/validate.ts";

/** A call whose handler comes to a durable step that is not done goes through the steps from here on again. */
export const RESTART = "begin";

/**
 * The pipeline: every call goes through these steps in this order, apart from those that do not apply to its operation.
 * An error or a stored answer leaves at once; only `account` still runs. A long-running command goes through them
 * twice: as far as `accept` for its caller, and later, without a caller, for its work.
 */
export const STEPS: readonly Step[] = [
  trace,
  admit,
  authenticate,
  resume,
  authorize,
  validate,
  begin,
  target,
  enter,
  accept,
  handle,
  project,
  finish,
  commit,
  account,
];
