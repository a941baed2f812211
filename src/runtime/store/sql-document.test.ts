import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ApiError } from "../../base/errors/index.ts";
import { DatabaseError } from "./driver.ts";
import { toStoreError } from "./errors.ts";
import { resolveStoreOptions } from "./options.ts";
import { CREATE_SYSTEM_TABLES } from "./sql/system.sql.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/reference/sql.md"), "utf8");

/** Cells of the rows of the table whose first heading is this. */
function tableOf(heading: string): readonly (readonly string[])[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`)) + 2;
  const end = lines.findIndex((line, at) => at >= start && !line.startsWith("|"));
  return lines.slice(start, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("the error table of docs/reference/sql.md is what the store does", () => {
  const rows = tableOf("SQLSTATE");
  assert.ok(rows.length > 7);
  for (const [states = "", what = "", code = ""] of rows) {
    const codes = states
      .replace("57P01 to 57P05", "57P01, 57P02, 57P03, 57P04, 57P05")
      .split(", ")
      .map((state) => state.replace("xxx", "006"));
    for (const state of codes) {
      const purpose = /deleting/.test(what) ? "delete" : "write";
      const constraints = new Map([["c", { kind: "check" as const, fields: ["f"] }]]);
      const error = toStoreError(
        new DatabaseError("", { code: state, constraint: "c" }),
        purpose,
        constraints,
      );
      assert.ok(error instanceof ApiError, `${state} is known`);
      assert.equal(`\`${error.code}\``, code, state);
      const names = error.violations.some(({ pointer }) => pointer === "/f");
      assert.equal(names, /violation names the field/.test(what), `${state} names the field`);
    }
  }
});

test("the system tables of docs/reference/sql.md are those that are made", () => {
  const made = [...CREATE_SYSTEM_TABLES.matchAll(/create table if not exists concordat\.(\w+)/g)].map(
    (match) => match[1],
  );
  assert.deepEqual(
    tableOf("table in schema `concordat`").map(([name]) => name),
    made.map((name) => `\`${name}\``),
  );
});

test("the numbers of docs/reference/sql.md are the defaults", () => {
  const { poolSize, maxWaiting, idempotencyRetentionMs } = resolveStoreOptions({});
  assert.ok(
    text.includes(`up to ${poolSize} connections; up to ${maxWaiting.toLocaleString("en")} calls wait`),
  );
  assert.ok(text.includes(`for ${idempotencyRetentionMs / 3_600_000} hours`));
});
