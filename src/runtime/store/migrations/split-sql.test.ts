import assert from "node:assert/strict";
import { test } from "node:test";
import { splitSql } from "./split-sql.ts";

test("statements are split at semicolons, empty ones left out", () => {
  assert.deepEqual(splitSql("select 1; ; select 2;\n"), ["select 1", "select 2"]);
  assert.deepEqual(splitSql("-- nothing\n"), []);
});

test("semicolons in strings, names, dollar quotes and comments do not split", () => {
  const statements = [
    `select 'a;''b;', "x;""y"`,
    `select E'\\';'`,
    "create function f() returns int as $body$ begin; return 1; end; $body$ language plpgsql",
    "select $$;$$, a$1",
    "-- one; two\nselect 1",
    "/* a; /* b; */ c; */ select 2",
    "select 'back\\'",
  ];
  assert.deepEqual(splitSql(`${statements.join(";\n")};`), statements);
});

test("what is not closed runs to the end", () => {
  assert.deepEqual(splitSql("select 'a; b"), ["select 'a; b"]);
  assert.deepEqual(splitSql("select 1 /* ;"), ["select 1 /* ;"]);
});
