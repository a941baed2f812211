import { describeProto } from "../../../contract/proto/index.ts";
import type { Command } from "../command.ts";
import { loadApi } from "../load-api.ts";

/** `concordat check`: compiles and reports. */
export const check: Command = {
  name: "check",
  summary: "Compile a contract or service and list every mistake",
  usage: "[service or contract]",
  maxArguments: 1,
  details:
    "Takes a service file, a contract file, or a folder with service.ts or contract.ts. Opens no database and no port.\n" +
    "Prints each mistake with its place, what was expected, what was found and the fix, and exits with 1.",
  options: {},
  examples: [
    ["concordat check examples/clinic", "Check the clinic's service and contract"],
    ["concordat check contract.ts --json", "The same of one contract, for a program"],
  ],
  run: async ({ arguments: [target], terminal, cwd }) => {
    const { model, path } = await loadApi(target, cwd);
    // Names that lie deep inside types are first looked at here: a start has no time for them.
    describeProto(model);
    const counts = {
      resources: Object.keys(model.resources).length,
      operations: Object.keys(model.operations).length,
      events: Object.keys(model.events).length,
      errors: Object.keys(model.errors).length,
    };
    terminal.result({ ok: true, name: model.name, path, ...counts });
    const parts = Object.entries(counts).map(
      ([what, count]) => `${count} ${count === 1 ? what.slice(0, -1) : what}`,
    );
    terminal.print(`${terminal.style("green", "✔")} ${model.name}: ${parts.join(", ")}`);
  },
};
