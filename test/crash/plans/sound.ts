import { ledgerPlan } from "../ledger.ts";

export default ledgerPlan();
