import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import { describe, it } from "node:test";
import fc from "fast-check";
import "../../../test/support/seed.ts";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { FORMATS } from "./formats.ts";

const CASES = {
  email: [
    ["ada@example.com", "a.b+c@x-y.example", `${"a".repeat(64)}@b.co`],
    [
      "",
      "ada",
      "ada@",
      "@b.co",
      "ada@localhost",
      "a..b@c.de",
      ".a@b.co",
      "a.@b.co",
      "a@b..co",
      "a@-b.co",
      "a b@c.de",
      "a@b.co\n",
      "a@[1.2.3.4]",
      `${"a".repeat(65)}@b.co`,
      `a@${"b.".repeat(130)}co`,
      "ä@b.co",
    ],
  ],
  uri: [
    [
      "https://example.com",
      "https://example.com/a%20b?c=d#e",
      "urn:isbn:0451450523",
      "mailto:a@b.co",
      "http://[::1]:80/",
    ],
    [
      "",
      "/a",
      "//example.com",
      "example.com",
      "https://",
      "http://a b",
      "http://a/%zz",
      "http://a/ü",
      "1http://a",
      "http://a:99999/",
      "http://a\\b",
      "http://[::1",
    ],
  ],
  uuid: [
    ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"],
    [
      "",
      "123e4567e89b12d3a456426614174000",
      "123e4567-e89b-12d3-a456-42661417400g",
      "{123e4567-e89b-12d3-a456-426614174000}",
    ],
  ],
  hostname: [
    ["a", "example.com", "x-y.z9", "1.2.3.4"],
    [
      "",
      ".",
      "a.",
      "-a",
      "a-",
      "a_b",
      "a..b",
      "é.com",
      `${"a".repeat(64)}.b`,
      `${"a.".repeat(127)}abc`,
      "a\n",
    ],
  ],
  ipv4: [
    ["0.0.0.0", "255.255.255.255"],
    ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "1.2.3.a"],
  ],
  ipv6: [
    [
      "::",
      "::1",
      "1::",
      "2001:db8::8a2e:370:7334",
      "1:2:3:4:5:6:7:8",
      "::ffff:1.2.3.4",
      "1:2:3:4:5:6:1.2.3.4",
    ],
    [
      "",
      ":",
      ":::",
      "1",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1::2::3",
      "12345::",
      "g::",
      "::1%eth0",
      "1.2.3.4",
      "1:2:3:4:5:6:7:1.2.3.4",
      "1.2.3.4::",
      ":1:2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7:8:",
    ],
  ],
} as const;

describe("string formats", () => {
  for (const [format, [valid, invalid]] of Object.entries(CASES)) {
    it(`${format} takes its form and nothing else`, () => {
      const check = FORMATS[format as keyof typeof FORMATS];
      for (const text of valid) assert.ok(check(text), text);
      for (const text of invalid) assert.ok(!check(text), JSON.stringify(text));
    });
  }

  it("agree with Node on addresses", () => {
    const part = fc.constantFrom(":", "::", "1", "abcd", "0", "f", ".", "255", "1.2.3.4", "12345");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV6(),
          fc.ipV4(),
          fc.array(part, { maxLength: 12 }).map((parts) => parts.join("")),
        ),
        (text) => {
          assert.equal(FORMATS.ipv4(text), isIPv4(text), text);
          assert.equal(FORMATS.ipv6(text), isIPv6(text), text);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("take no time over hostile text", () => {
    const hostile = [
      "a".repeat(50_000),
      `${"a.".repeat(25_000)}@`,
      `${"a@".repeat(25_000)}`,
      `http://${"%41".repeat(20_000)}%`,
      ":".repeat(50_000),
    ];
    const ms = cpuMs(() => {
      for (const check of Object.values(FORMATS)) for (const text of hostile) check(text);
    });
    assert.ok(ms < 2000, `${ms} ms`);
  });
});
