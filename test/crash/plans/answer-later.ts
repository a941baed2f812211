import type { Session } from "../../../src/runtime/engine/index.ts";
import { ledgerPlan, manyPoints } from "../ledger.ts";

/** The effect commits first, its answer in a transaction of its own. */
export default ledgerPlan((session, open) => {
  const commit = session.commit.bind(session);
  let answer: Parameters<Session["storeAnswer"]> | undefined;
  return {
    storeAnswer: async (...given) => {
      answer = given;
    },
    commit: async () => {
      await commit();
      if (answer === undefined) return;
      await manyPoints();
      const other = open();
      await other.begin();
      await other.storeAnswer(...answer);
      await other.commit();
    },
  };
});
