import assert from "node:assert/strict";
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

/** Cases that node:http2 does not pass and our own server must. */
const OURS_MUST: ReadonlyMap<string, string> = new Map([
  ["http2/4.2/1", "an answer that ends an upload has no END_STREAM"],
  ["http2/5.1.1/2", "a lower stream is ignored"],
  ["http2/5.1.2/1", "one stream too many ends the connection"],
  ["http2/6.3/1", "PRIORITY on stream 0 is ignored"],
  ["http2/6.7/2", "an answer to no PING ends the connection, with INTERNAL_ERROR"],
  ["http2/8.1.2.6/1", "a wrong content-length ends the connection, with INTERNAL_ERROR"],
  ["http2/8.1.2.6/2", "a wrong content-length ends the connection, with INTERNAL_ERROR"],
  ["rfc9113/8.3.1/2", "a host that differs from :authority is passed over; RFC 9113 says SHOULD"],
  ...[1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15].map(
    (at) => [`rfc9113/8.2.1/${at}`, "a field that is not valid is left out in silence"] as const,
  ),
]);

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
    for (const one of cases) {
      const todo = OURS_MUST.get(one.id);
      test(`${one.id}: ${one.title}`, { todo: todo ?? false }, () =>
        run(one, todo === undefined ? undefined : 200),
      );
    }
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

test("nothing is left open", async () => {
  assert.equal(library.server.requestsInFlight, 0);
});

async function run({ steps, expected, isRaw = false, open }: Case, withinMs?: number): Promise<void> {
  const peer = isRaw ? new Peer(library.port) : await Peer.open(library.port, open);
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
    await meets(expected, peer, withinMs);
  } finally {
    peer.close();
  }
}
