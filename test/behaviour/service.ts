import { api, apiKeys, bearerTokens, service } from "concordat";
import { clinic } from "../../examples/clinic/contract.ts";
import { handlers } from "../../examples/clinic/service.ts";
import { authenticate, laboratoryHandlers, laboratoryOperations, Note, Specimen } from "./laboratory.ts";
import { scriptHandlers, scriptOperations } from "./scripts.ts";

/** What the scenarios call: the clinic as it is shipped, and a laboratory with every type, trait and failure. */
export const behaviour = service(
  api("behaviour", {
    ...clinic.options,
    title: "Behaviour",
    resources: [...clinic.options.resources, Specimen, Note],
    authentication: [apiKeys, bearerTokens()],
    batch: { maxParts: 20 },
    operations: [...(clinic.options.operations ?? []), ...laboratoryOperations, ...scriptOperations],
  }),
  [...handlers, ...laboratoryHandlers, ...scriptHandlers],
  { authenticate },
);
