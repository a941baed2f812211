import { ledgerPlan } from "../ledger.ts";

/** Keys are taken and forgotten. */
export default ledgerPlan(() => ({
  claim: async () => ({ kind: "fresh" }),
  storeAnswer: async () => {},
}));
