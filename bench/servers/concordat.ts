import { startService } from "concordat/server";
import bench from "../fixture.ts";
import { DATABASE_URL, report } from "./shared.ts";

// As `concordat serve` starts it, access log included; nothing is switched off or tuned.
const running = await startService(bench, { databaseUrl: DATABASE_URL, port: 0, mode: "serve" });
report(running.port);
