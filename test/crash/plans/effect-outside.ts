import { ledgerPlan, manyPoints } from "../ledger.ts";

/** Rows are written by a connection of their own, outside the command's transaction. */
export default ledgerPlan((_session, open) => ({
  insert: async (...given) => {
    const row = await open().insert(...given);
    await manyPoints();
    return row;
  },
}));
