import type { Command } from "../command.ts";
import { DEV_CHILD, type DevMessage, supervise } from "../dev/supervise.ts";
import { recordImportedFolders } from "../dev/watch.ts";
import { resolveModulePath } from "../load-module.ts";
import { DATABASE_OPTIONS } from "../settings.ts";
import { untilSignal } from "../until-signal.ts";

/** `concordat dev`: a service on this machine. */
export const dev: Command = {
  name: "dev",
  summary: "Run a service on this machine; restarts when its files change",
  usage: "[service] [--port <port>] [--data <folder>] [--no-watch]",
  maxArguments: 1,
  details:
    "Uses an embedded PostgreSQL whose data is in .concordat/<name of the contract>; DATABASE_URL or --database-url names a\n" +
    "PostgreSQL instead. Changes tables to fit the contract, fills an empty database with the service's demo data once, and\n" +
    "writes the address and the demo keys to .concordat/dev.json.",
  options: {
    port: { value: "port", description: "Port to listen on; 0 for any free one. Default PORT, else 4000" },
    host: { value: "address", description: "Address to listen on. Default 127.0.0.1: this machine only" },
    ...DATABASE_OPTIONS,
    watch: { description: "Restart when a source file changes. On unless --no-watch" },
  },
  examples: [
    ["concordat dev examples/clinic", "Run the clinic on port 4000"],
    ["concordat dev . --port 0 --data memory", "Any free port, and nothing kept"],
  ],
  run: async (context) => {
    const isChild = context.env[DEV_CHILD] !== undefined && process.send !== undefined;
    if (!isChild && context.flag("watch") !== false) {
      const { cwd, terminal } = context;
      const path = resolveModulePath(context.arguments[0], cwd, ["service"]);
      process.exitCode = await supervise({ path, cwd, terminal });
      return;
    }
    const tell = (message: DevMessage) => {
      if (isChild && process.connected) process.send?.(message);
    };
    if (isChild) recordImportedFolders((path) => tell({ kind: "folder", path }));
    // The watching process would load the whole runtime for nothing.
    const { runDev } = await import("../dev/run-dev.ts");
    const running = await runDev(context);
    tell({ kind: "ready" });
    await untilSignal(running, { parent: isChild, deadlineMs: CLOSE_MS });
    if (isChild) process.disconnect?.();
  },
};

/** Somebody waits for the restart: what still runs after so long is cut off. */
const CLOSE_MS = 2000;
