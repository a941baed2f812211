import type { Service } from "concordat";
import { type StartOptions, startService } from "concordat/server";
import clinic from "../../examples/clinic/service.ts";
import { prepareDemoData } from "../../src/tools/cli/dev/demo-data.ts";

/** The clinic, served over HTTP on a database in memory with its demo data. */
export interface ServedClinic {
  readonly url: string;
  /** API keys by name: `admin`, `drChen`, `ada`, … */
  readonly keys: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts the clinic on a free port, or a service like it. */
export async function serveClinic(
  served: Service = clinic,
  options: Partial<StartOptions> = {},
): Promise<ServedClinic> {
  const keys: Record<string, string> = {};
  const running = await startService(served, {
    mode: "dev",
    dataDir: "memory",
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    prepare: async (parts) => {
      const made = await prepareDemoData({ service: served, ...parts }, {});
      for (const { name, key } of made) keys[name] = key;
    },
    ...options,
  });
  return { url: running.url, keys, close: () => running.close() };
}
