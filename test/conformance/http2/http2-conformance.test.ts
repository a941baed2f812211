import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { TestLibrary } from "../../support/library.ts";
import type { Case } from "./cases.ts";
import { FRAMES } from "./cases-frames.ts";
import { GENERIC } from "./cases-generic.ts";
import { MESSAGES } from "./cases-messages.ts";
import { RFC_9113 } from "./cases-rfc9113.ts";
import { STREAMS } from "./cases-streams.ts";
import { meets } from "./expect.ts";
import { HUFFMAN } from "./hpack.ts";
import { Peer } from "./peer.ts";
import { openService } from "./service.ts";

const GROUPS: readonly (readonly [string, readonly Case[]])[] = [
  ["h2spec generic", GENERIC],
  ["h2spec http2 3 to 5", STREAMS],
  ["h2spec http2 6 and 7", FRAMES],
  ["h2spec http2 8 and hpack", MESSAGES],
  ["RFC 9113 and RFC 7541 beyond h2spec", RFC_9113],
];

let library: TestLibrary;
before(async () => {
  library = await openService();
});
after(() => library.close());

for (const [name, cases] of GROUPS) {
  describe(name, () => {
    for (const one of cases) test(`${one.id}: ${one.title}`, () => run(one));
  });
}

test("every case has a number of its own, and Huffman's code is whole", () => {
  const ids = GROUPS.flatMap(([, cases]) => cases.map(({ id }) => id));
  assert.deepEqual(ids, [...new Set(ids)]);
  assert.equal(
    [...HUFFMAN.values()].reduce((sum, bits) => sum + 2 ** -bits.length, 0),
    1,
  );
  assert.equal(HUFFMAN.size, 257);
});

test("docs/reference/http2-conformance.md counts them", () => {
  const text = readFileSync(new URL("../../../docs/reference/http2-conformance.md", import.meta.url), "utf8");
  for (const [name, { length }] of GROUPS)
    assert.ok(text.includes(`| ${name} | ${length} |`), `${name}: ${length}`);
});

test("nothing is left open", async () => {
  assert.equal(library.server.requestsInFlight, 0);
});

async function run({ steps, expected, isRaw = false, open }: Case): Promise<void> {
  const peer = isRaw ? new Peer(library.port) : await Peer.open(library.port, open);
  const before = library.calls.length;
  try {
    let together: Buffer[] = [];
    for (const step of steps) {
      if (Buffer.isBuffer(step)) {
        together.push(step);
        continue;
      }
      peer.send(...together);
      const made = step(peer);
      together = Buffer.isBuffer(made) ? [made] : [];
      await made;
    }
    peer.send(...together);
    await meets(expected, peer);
    if (expected.isRefused) assert.equal(library.calls.length, before);
  } finally {
    peer.close();
  }
}
