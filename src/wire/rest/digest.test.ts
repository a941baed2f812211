import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { formatDigest, parseDigests } from "./digest.ts";

// RFC 9530 section 2.
const EXAMPLE = "sha-256=:d435Qo+nKZ+gLcUHn7GQtQ72hiBVAgqoLsZnZPiTGPk=:";

test("a digest is written and read", () => {
  const body = '{"hello": "world"}\n';
  assert.equal(
    formatDigest(createHash("sha256").update(body).digest("hex")),
    "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
  );
  const [digest] = parseDigests(EXAMPLE, "Content-Digest");
  assert.equal(digest?.algorithm, "sha-256");
  assert.equal(digest?.bytes.length, 32);
});

test("several digests are read, and those of other algorithms passed over", () => {
  const sha512 = `sha-512=:${Buffer.alloc(64, 7).toString("base64")}:`;
  const algorithms = parseDigests(`md5=:AAAA:, ${EXAMPLE} ,${sha512}`, "X").map(({ algorithm }) => algorithm);
  assert.deepEqual(algorithms, ["sha-256", "sha-512"]);
  assert.deepEqual(parseDigests("unixsum=:AA==:", "X"), []);
});

test("what is not a dictionary of byte sequences is refused", () => {
  for (const header of [
    "",
    "sha-256",
    "sha-256=abc",
    "sha-256=:abc",
    "sha-256=:AAAA:",
    "sha-256=:*:",
    `${EXAMPLE},`,
  ]) {
    assert.throws(() => parseDigests(header, "Repr-Digest"), /Repr-Digest takes/, header);
  }
});
