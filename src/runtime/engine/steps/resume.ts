import type { Step } from "../step.ts";

/** Takes the place of `authenticate` where a call goes on in the background: the caller is who it was. */
export const resume: Step = {
  name: "resume",
  appliesTo: (_operation, _model, mode) => mode === "run",
  prepare() {
    return (call) => {
      call.principal = call.running?.principal;
    };
  },
};
