import { MEMORY_ID, memory } from "../servers/shared.ts";

export { API_KEY, logger, MEMORY_ID, principalOf, report } from "../servers/shared.ts";

/** The one method that is measured. */
export const SERVICE = "bench.v1.MemoryService";
export const METHOD = "GetMemory";
export const PATH = `/${SERVICE}/${METHOD}`;

/** Writes a field of text in protobuf's binary form. */
function textField(number: number, text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** `GetMemoryRequest { string id = 1; }` */
export const REQUEST = textField(1, MEMORY_ID);

/** `GetMemoryResponse { Memory memory = 1; }`, as every server must answer. */
export function encodeMemory(id: string): Buffer {
  const found = memory.get(id);
  if (found === undefined) throw new RangeError("there is one memory");
  const { name, description, price, quantity } = found;
  const fields = [textField(1, id), textField(2, name), textField(3, description), textField(4, price)];
  const row = Buffer.concat([...fields, Buffer.from([(5 << 3) | 0, quantity])]);
  return Buffer.concat([Buffer.from([10, (row.length & 127) | 128, row.length >> 7]), row]);
}

/** Puts a message into a frame. */
export function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
