import { service } from "concordat";
import { atlas } from "./contract.ts";

export default service(atlas);
