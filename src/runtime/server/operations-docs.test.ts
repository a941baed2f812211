import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { resolveLimits } from "./limits.ts";
import { createMetrics } from "./metrics.ts";
import { START_OPTION_NAMES } from "./start-options.ts";

const page = readFileSync(new URL("../../../docs/reference/operations.md", import.meta.url), "utf8");

test("docs/reference/operations.md has every limit with its default, every start option and every metric", async () => {
  for (const [name, value] of Object.entries(resolveLimits())) {
    assert.ok(page.includes(`| \`${name}\` | ${value.toLocaleString("en")} |`), name);
  }
  for (const name of START_OPTION_NAMES) assert.ok(page.includes(`\`${name}`), name);
  const metrics = createMetrics({ requestsInFlight: () => 0, connections: () => 0 });
  for (const [, name = ""] of (await metrics.text()).matchAll(/^# TYPE (concordat_\w+)/gm)) {
    assert.ok(page.includes(`\`${name}\``), name);
  }
});
