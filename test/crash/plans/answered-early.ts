import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../../../src/runtime/engine/index.ts";
import { ledgerPlan } from "../ledger.ts";

/** Callers are told of a success that has yet to be committed. */
export default ledgerPlan((session) => {
  const { commit, storeAnswer } = bound(session);
  let early = false;
  return {
    storeAnswer: (...given) => {
      early = true;
      return storeAnswer(...given);
    },
    commit: async () => {
      if (early) void sleep(LATE_MS).then(commit);
      else await commit();
    },
  };
});

function bound(session: Session): Pick<Session, "commit" | "storeAnswer"> {
  return { commit: session.commit.bind(session), storeAnswer: session.storeAnswer.bind(session) };
}

/** Longer than it takes to kill again. */
const LATE_MS = 2000;
