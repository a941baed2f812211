import { ID, type memory as Memories } from "../servers/shared.ts";

/** The one method that is measured: `bench.v1.MemoryService.GetMemory`, as Concordat derives it from bench/fixture.ts. */
export const METHOD = "GetMemory";
export const PATH = "/bench.v1.MemoryService/GetMemory";

/** A row as it is kept. */
type Row = NonNullable<ReturnType<typeof Memories.get>>;

const tag = (field: number, wireType: number) => (field << 3) | wireType;

/** `GetMemoryRequest { string id = 1; }` */
export function encodeRequest(id: string): Buffer {
  return Buffer.concat([Buffer.of(tag(1, 2), id.length), Buffer.from(id)]);
}

/** Reads the id by hand, and checks it as a careful author would. */
export function decodeId(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== tag(1, 2) || bytes[1] !== bytes.length - 2) return undefined;
  const id = Buffer.from(bytes.buffer, bytes.byteOffset + 2, bytes.length - 2).toString("latin1");
  return ID.test(id) ? id : undefined;
}

/** `GetMemoryResponse { Memory memory = 1; }` by hand, in one buffer: the least that a codec can do. */
export function encodeMemory(row: Row): Buffer {
  const into = Buffer.allocUnsafe(1024);
  let at = 3;
  const text = (field: number, value: string) => {
    into[at++] = tag(field, 2);
    const size = into.write(value, at + 1, "utf8");
    into[at] = size;
    at += size + 1;
  };
  text(1, row.id);
  text(2, row.name);
  text(3, row.description);
  text(4, row.price);
  into[at++] = tag(5, 0);
  into[at++] = row.quantity;
  into[at++] = tag(6, 0);
  into[at++] = row.active ? 1 : 0;
  for (const [field, time] of [
    [7, row.createdAt],
    [8, row.updatedAt],
  ] as const) {
    let seconds = Math.floor(Date.parse(time) / 1000);
    into[at++] = tag(field, 2);
    const sizeAt = at++;
    into[at++] = tag(1, 0);
    for (; seconds > 127; seconds = Math.floor(seconds / 128)) into[at++] = (seconds & 127) | 128;
    into[at++] = seconds;
    into[sizeAt] = at - sizeAt - 1;
  }
  into[0] = tag(1, 2);
  into[1] = ((at - 3) & 127) | 128;
  into[2] = (at - 3) >> 7;
  return into.subarray(0, at);
}

/** Puts a message into a frame. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(5 + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
}
