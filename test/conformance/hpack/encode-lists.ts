/** Our side of vectors.snapshot.json: encodes lists from standard input for make-vectors.py, and in the test. */
import { BEGIN_ROOM, type FieldIndexing, fieldRoom, HpackEncoder } from "../../../src/wire/http2/index.ts";

export type VectorField = readonly [name: string, value: string, how: FieldIndexing];

/** What is written to one connection in turn: table sizes that the peer allowed, and fields. */
export interface VectorList {
  readonly sizes: readonly number[];
  readonly fields: readonly VectorField[];
}

/** The blocks as hex. */
export function encodeLists(lists: readonly VectorList[]): string[] {
  const encoder = new HpackEncoder();
  return lists.map(({ sizes, fields }) => {
    for (const size of sizes) encoder.setMaxTableBytes(size);
    const room = fields.reduce((sum, [name, value]) => sum + fieldRoom(name, value), BEGIN_ROOM);
    const out = Buffer.alloc(room);
    let at = encoder.begin(out, 0);
    for (const [name, value, how] of fields) at = encoder.field(out, at, name, value, how);
    return out.subarray(0, at).toString("hex");
  });
}

if (import.meta.main) {
  let input = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) input += chunk;
  const connections: readonly (readonly VectorList[])[] = JSON.parse(input);
  process.stdout.write(JSON.stringify(connections.map(encodeLists)));
}
