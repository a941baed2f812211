import { startService } from "concordat/server";
import { issueApiKey } from "../../src/runtime/auth/index.ts";
import { longService } from "./long-service.ts";

/**
 * Runs the service of long-service.ts until it is killed. First argument: URL of the database or folder of its data; second: the HTTP
 * server outside. Says its URL and, at the first start, an API key.
 */
const [place = "", outsideUrl = ""] = process.argv.slice(2);
const jobs = longService(async (step, key, job) => {
  const headers = { "Idempotency-Key": key };
  const answer = await fetch(`${outsideUrl}/${job}/${step}`, { method: "POST", headers });
  return answer.text();
});
let key = "";
const running = await startService(jobs, {
  mode: "dev",
  logLevel: "silent",
  operations: { leaseMs: 1000, pollMs: 50 },
  ...(place.startsWith("postgres") ? { databaseUrl: place } : { dataDir: place }),
  prepare: async ({ apiKeys, clock }) => {
    if ((await apiKeys.list()).length > 0) return;
    key = (await issueApiKey({ keys: apiKeys, clock }, { name: "ada", principal: "ada", roles: [] })).key;
  },
});
console.log(JSON.stringify({ url: running.url, key }));
