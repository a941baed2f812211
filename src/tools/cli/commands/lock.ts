import { relative } from "node:path";
import { checkLock, type Lock, protoLockOf, updateLock } from "../../../contract/evolve/index.ts";
import type { Model } from "../../../contract/model/index.ts";
import { type Command, EXIT } from "../command.ts";
import { CliFailure } from "../failure.ts";
import { loadApi } from "../load-api.ts";
import { openLockFile } from "../lock-file.ts";

/** `concordat lock`: keeps protobuf numbers. */
export const lock: Command = {
  name: "lock",
  summary: "Keep the protobuf numbers of a contract, for ever",
  usage: "[service or contract] [--check]",
  maxArguments: 1,
  details:
    "Writes concordat.lock.json beside the contract: the number of every field and enum value, reserved once it is deleted, and the\n" +
    "names of methods. Commit it. A field of the lock that has another type in the contract is a mistake. With --check nothing is\n" +
    "written; a lock that does not fit exits with 1.",
  options: { check: { description: "Only tell whether the lock fits" } },
  examples: [
    ["concordat lock examples/clinic", "Write or update the clinic's lock"],
    ["concordat lock . --check", "For the build: fail where somebody forgot to"],
  ],
  run: async ({ arguments: [target], flag, terminal, cwd }) => {
    const { model, path } = await loadApi(target, cwd);
    const file = openLockFile(path, cwd);
    const place = relative(cwd, file.path);
    const done = (text: string, changed: boolean, held: Lock) => {
      terminal.result({ ok: true, path: file.path, changed, ...countsOf(model, held) });
      terminal.print(`${terminal.style("green", "✔")} ${place} ${text}`);
    };
    if (flag("check") !== true) {
      const next = updateLock(model, file.lock);
      const changed = file.write(next);
      return done(changed ? "is written: commit it" : "fits already", changed, next);
    }
    if (file.lock === undefined) {
      const fix = `concordat lock ${target ?? ""}`.trim();
      throw new CliFailure({ exitCode: EXIT.wrong, message: `there is no ${place}`, fix });
    }
    checkLock(model, file.lock);
    return done("fits the contract", false, file.lock);
  },
};

function countsOf(model: Model, held: Lock): { readonly messages: number; readonly fields: number } {
  const messages = Object.values(protoLockOf(model, held)?.messages ?? {});
  return {
    messages: messages.length,
    fields: messages.reduce((count, { fields }) => count + Object.keys(fields).length, 0),
  };
}
