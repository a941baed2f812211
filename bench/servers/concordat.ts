import { startService } from "concordat/server";
import bench from "../fixture.ts";
import { API_KEY, DATABASE_URL, report } from "./shared.ts";

const running = await startService(bench, {
  databaseUrl: DATABASE_URL,
  port: 0,
  mode: "serve",
  logLevel: "silent",
});
report(running.port);
void API_KEY;
