import { startService } from "concordat/server";
import large from "../large.ts";

const running = await startService(large, {
  databaseUrl: process.env.DATABASE_URL,
  port: 0,
  logLevel: "silent",
});
process.send?.(running.port);
process.once("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.(Math.round((user + system) / 1000));
  void running.close().then(() => process.exit(0));
});
