import { ledgerPlan, manyPoints } from "../ledger.ts";

/** The answer commits first, in a transaction of its own, and then the effect. */
export default ledgerPlan((_session, open) => ({
  storeAnswer: async (...given) => {
    const other = open();
    await other.begin();
    await other.storeAnswer(...given);
    await other.commit();
    await manyPoints();
  },
}));
