import { killLong } from "./kill-long.ts";

killLong("PGlite");
