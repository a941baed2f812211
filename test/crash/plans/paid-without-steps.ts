import { randomUUID } from "node:crypto";
import { charge, shopPlan } from "../shop.ts";

/** Charges right in the handler, each try under a key of its own. */
export default shopPlan((_context, request) => charge(request, randomUUID()));
