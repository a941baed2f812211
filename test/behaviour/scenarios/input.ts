import assert from "node:assert/strict";
import { group, isProtobuf } from "../scenario.ts";
import type { Stage } from "../stage.ts";

const MALFORMED = ["malformed_request", "invalid_input"];

async function refusedText(stage: Stage, text: string, codes: string | readonly string[] = MALFORMED) {
  const as = await stage.stranger();
  return stage.refused("specimen.create", codes, { text, as });
}

export const input = group("input", {
  "all violations come at once, each with its pointer": async (stage) => {
    const answer = await stage.refused("specimen.create", "invalid_input", {
      input: {
        small: 1000,
        tags: ["fine", 5, "far too long for a tag"],
        place: { zip: "123456" },
        unheard: 1,
        shape: { kind: "circle", radius: "wide" },
      },
      as: await stage.stranger(),
    });
    const pointers = answer.violations.map((violation) => violation.pointer).sort();
    assert.deepEqual(pointers, [
      "/label",
      "/place/city",
      "/place/zip",
      "/shape/radius",
      "/small",
      "/tags/1",
      "/tags/2",
      "/unheard",
    ]);
    for (const { code, message } of answer.violations) assert.ok(code !== "" && message !== "");
  },

  "an unknown field is refused, not dropped": async (stage) => {
    const answer = await stage.refused("specimen.create", "invalid_input", {
      input: { label: "x", colr: "red" },
      as: await stage.stranger(),
    });
    assert.deepEqual(
      answer.violations.map(({ pointer, code }) => [pointer, code]),
      [["/colr", "unknown_field"]],
    );
  },

  "a pointer escapes ~ and / (RFC 6901)": async (stage) => {
    const answer = await stage.refused("specimen.create", "invalid_input", {
      input: { label: "x", "a/b~c": 1 },
      as: await stage.stranger(),
    });
    assert.equal(answer.violations[0]?.pointer, "/a~1b~0c");
  },

  "an operation on a row that names none is refused, and says what is missing": {
    skip: ({ caller }) =>
      ["memory", "mcp", "grpc", "grpc-web", "connect"].includes(caller)
        ? undefined
        : "its requests cannot leave the id out",
    run: async (stage) => {
      const as = await stage.stranger();
      for (const operation of ["specimen.get", "specimen.patch", "specimen.delete", "note.publish"]) {
        const patch = operation === "specimen.patch" ? { input: { label: "x" } } : {};
        const answer = await stage.refused(operation, "invalid_input", { ...patch, as });
        assert.deepEqual(
          answer.violations.map(({ pointer, code }) => [pointer, code]),
          [["/id", "required"]],
        );
      }
    },
  },

  "a missing body is refused": async (stage) => {
    await stage.refused("specimen.create", MALFORMED, { as: await stage.stranger() });
    for (const text of ["", " \n"]) await refusedText(stage, text);
  },

  "a body that is no object is refused": async (stage) => {
    for (const text of ["null", "[]", '"x"', "1", "true"]) await refusedText(stage, text);
  },

  "malformed JSON is refused with the position": async (stage) => {
    for (const text of ["{", '{"label":}', "{'label':'x'}", '{"label":"x"}}', '{"label":"x",}', "\u0000"]) {
      const answer = await refusedText(stage, text, "malformed_request");
      assert.equal(answer.status, 400);
    }
    const { message } = await refusedText(stage, '{\n  "label": x\n}', "malformed_request");
    assert.match(message, /line 2/);
  },

  "a duplicate key is refused": async (stage) => {
    await refusedText(stage, '{"label":"one","label":"two"}');
    await refusedText(stage, '{"label":"one","place":{"city":"a","city":"b"}}');
    await refusedText(stage, '{"label":"one","l\\u0061bel":"two"}');
  },

  "prototype keys are refused and poison nothing": async (stage) => {
    await refusedText(stage, '{"label":"x","__proto__":{"polluted":true}}');
    await refusedText(stage, '{"label":"x","constructor":{"prototype":{"polluted":true}}}');
    await refusedText(stage, '{"label":"x","place":{"city":"a","__proto__":{"zip":"1"}}}');
    await refusedText(stage, '{"label":"x","scores":{"__proto__":1}}');
    await refusedText(stage, '{"label":"x","extra":{"__proto__":{"polluted":true}}}');
    assert.equal(Reflect.get({}, "polluted"), undefined);
  },

  "a lone surrogate is refused, never replaced": async (stage) => {
    await refusedText(stage, '{"label":"\\ud800"}');
    await refusedText(stage, '{"label":"\\udc00\\ud800"}');
    await refusedText(stage, '{"label":"x","extra":{"a":"\\ud83d"}}');
    await refusedText(stage, '{"label":"x","scores":{"\\ud800":1}}');
  },

  "NUL in text is refused": async (stage) => {
    await refusedText(stage, '{"label":"a\\u0000b"}', "invalid_input");
    await refusedText(stage, '{"label":"x","tags":["\\u0000"]}', "invalid_input");
    await refusedText(stage, '{"label":"x","extra":["\\u0000"]}', "invalid_input");
  },

  "a number beyond a double is refused, never Infinity": async (stage) => {
    for (const number of ["1e400", "-1e400", "1".repeat(400)]) {
      await refusedText(stage, `{"label":"x","ratio":${number}}`);
      await refusedText(stage, `{"label":"x","extra":${number}}`);
    }
  },

  "an integer that a double cannot hold is exact for int64 and json, refused elsewhere": async (stage) => {
    const as = await stage.stranger();
    const row = await stage.ok("specimen.create", { text: '{"label":"x","big":9007199254740993}', as });
    assert.equal(row.big, "9007199254740993");
    await refusedText(stage, '{"label":"x","whole":9007199254740993}', "invalid_input");
    const loose = await stage.ok("specimen.create", { text: '{"label":"x","extra":[9007199254740993]}', as });
    assert.deepEqual(loose.extra, [9007199254740993n]);
    await refusedText(stage, '{"label":"x","ratio":9007199254740993}', "invalid_input");
  },

  "deep nesting is refused, not a crash": async (stage) => {
    const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
    await refusedText(stage, `{"label":"x","extra":${deep}}`);
    await refusedText(stage, deep);
  },

  "escapes and plain characters are the same text": async (stage) => {
    const as = await stage.stranger();
    const row = await stage.ok("specimen.create", { text: '{"label":"\\u00e9\\ud83d\\ude00\\/"}', as });
    assert.equal(row.label, "é😀/");
  },

  "defaults fill in what is left out, null does not": async (stage) => {
    const as = await stage.stranger();
    const row = await stage.ok("specimen.create", { input: { label: "x" }, as });
    assert.equal(row.flag, false);
    assert.equal(row.rank, null);
    assert.equal(row.score, 0);
    // In protobuf a null is a field that is left out.
    if (isProtobuf(stage.place)) return;
    await stage.refused("specimen.create", "invalid_input", { input: { label: "x", flag: null }, as });
  },

  "an absent optional field stays absent, a nullable one is null": async (stage) => {
    const as = await stage.stranger();
    const row = await stage.specimen(as);
    assert.ok(!("memo" in row), "absent, not null");
    assert.ok("rank" in row && row.rank === null, "null, not absent");
    const again = await stage.ok("specimen.get", { id: row.id, as });
    assert.deepEqual(again, row);
  },

  "server-set fields are refused in input (mass assignment)": async (stage) => {
    const as = await stage.stranger();
    for (const [field, value] of Object.entries({
      id: "spc_01arz3ndektsv4rrffq69g5fav",
      score: 99,
      createdAt: "2020-01-01T00:00:00Z",
      updatedAt: "2020-01-01T00:00:00Z",
      rowVersion: 7,
      row_version: 7,
    })) {
      const answer = await stage.refused("specimen.create", "invalid_input", {
        input: { label: "x", [field]: value },
        as,
      });
      assert.deepEqual(
        answer.violations.map((violation) => violation.pointer),
        [`/${field}`],
      );
      // Among a tool's arguments the id is that of the row to change: there is no second one.
      if (stage.place.caller === "mcp" && field === "id") continue;
      const { id } = await stage.specimen(as);
      await stage.refused("specimen.patch", "invalid_input", { id, input: { [field]: value }, as });
    }
  },

  "a writeOnly field is stored and never sent": async (stage) => {
    const as = await stage.stranger();
    const created = await stage.specimen(as, { secret: "xyzzy" });
    const replaced = await stage.ok("specimen.replace", {
      id: created.id,
      input: { label: "x", secret: "plugh" },
      as,
    });
    const got = await stage.ok("specimen.get", { id: created.id, as });
    for (const row of [created, replaced, got]) assert.ok(!JSON.stringify(row).match(/xyzzy|plugh|secret/));
  },

  "an immutable field is refused in patch, and in replace unless it is the same": async (stage) => {
    const as = await stage.stranger();
    const { id } = await stage.specimen(as, { serial: "S1" });
    const answer = await stage.refused("specimen.patch", "invalid_input", {
      id,
      input: { serial: "S2" },
      as,
    });
    assert.equal(answer.violations[0]?.pointer, "/serial");
    await stage.refused("specimen.replace", "invalid_input", { id, input: { label: "x", serial: "S2" }, as });
    const row = await stage.ok("specimen.replace", { id, input: { label: "x", serial: "S1" }, as });
    assert.equal(row.serial, "S1");
  },

  "an operation without rows takes and gives every type exactly": async (stage) => {
    const sent = {
      string: "𝒜\u0301",
      int64: "-9223372036854775808",
      float64: 5e-324,
      decimal: "12345678901234567890.0123456789",
      timestamp: "2026-11-01T09:00:00.000001Z",
      bytes: "/+8=",
      maybe: null,
      json: { a: [1, null, { b: "x" }] },
      list: [{ n: "1" }, { n: "9007199254740993" }],
      map: { a: ["2026-01-01"], b: [] },
    };
    assert.deepEqual(await stage.ok("echo", { input: sent }), sent);
    // GraphQL answers a field that is absent and may be null with null.
    const nothing = stage.place.caller === "graphql" ? { maybe: null } : {};
    assert.deepEqual(await stage.ok("echo", { input: {} }), nothing);
  },

  "a query's input is read from the query string with its types and defaults": async (stage) => {
    assert.deepEqual(await stage.ok("add", { input: { left: 2, right: -5 } }), { sum: "-3" });
    assert.deepEqual(await stage.ok("add", { input: { left: 2 } }), { sum: "3" });
    const answer = await stage.call("add", { input: { left: "two", right: 2147483648 } });
    assert.equal(answer.ok, false);
    assert.equal(answer.violations.length, 2);
    const unknown = await stage.call("add", { input: { left: 2, up: 1 } });
    assert.equal(unknown.ok, false);
    assert.equal(unknown.violations.length, unknown.code === "malformed_request" ? 0 : 1);
  },
});
