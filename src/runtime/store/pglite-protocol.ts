import { DatabaseError, type QueryResult, type ResultColumn, type SqlText } from "./driver.ts";

/**
 * The few messages of the frontend/backend protocol (PostgreSQL documentation, "Message Formats") that PGlite is spoken
 * to in. One call of a prepared statement is then one call into the engine, 2 to 3 times as fast as PGlite.query.
 */
export function executeMessage(name: string, parameters: readonly SqlText[]): Buffer {
  const encoded = parameters.map((value) => (value === null ? null : Buffer.from(value)));
  const size = encoded.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 0);
  const nameLength = Buffer.byteLength(name);
  const bindLength = 4 + 1 + nameLength + 1 + 2 + 2 + size + 2;
  const buffer = Buffer.allocUnsafe(1 + bindLength + 10 + 5);
  let at = buffer.writeUInt8(0x42, 0);
  at = buffer.writeInt32BE(bindLength, at);
  at = buffer.writeUInt8(0, at);
  at += buffer.write(name, at);
  at = buffer.writeUInt8(0, at);
  at = buffer.writeInt16BE(0, at);
  at = buffer.writeUInt16BE(encoded.length, at);
  for (const value of encoded) {
    at = buffer.writeInt32BE(value === null ? -1 : value.length, at);
    if (value !== null) at += value.copy(buffer, at);
  }
  at = buffer.writeInt16BE(0, at);
  at = buffer.writeUInt8(0x45, at);
  at = buffer.writeInt32BE(9, at);
  at = buffer.writeUInt8(0, at);
  at = buffer.writeInt32BE(0, at);
  at = buffer.writeUInt8(0x53, at);
  buffer.writeInt32BE(4, at);
  return buffer;
}

/** Parse and Describe of a statement; an empty name makes the unnamed one. */
export function prepareMessage(name: string, text: string): Buffer {
  return Buffer.concat([message("P", `${name}\0${text}\0\0\0`), message("D", `S${name}\0`)]);
}

/** A simple query: any number of statements. */
export function simpleMessage(text: string): Buffer {
  return message("Q", `${text}\0`);
}

/** What came back for one statement, columns aside where the statement was described before. */
export interface Answer extends QueryResult {
  /** The first error the database reported. */
  readonly error: DatabaseError | undefined;
  /** Whether the answer described the columns. */
  readonly described: boolean;
}

/** Reads a whole answer. `columns` are those of a statement that was described before. */
export function readAnswer(bytes: Buffer, columns: readonly ResultColumn[]): Answer {
  const rows: SqlText[][] = [];
  let described = false;
  let error: DatabaseError | undefined;
  let tag = "";
  let at = 0;
  while (at + 5 <= bytes.length) {
    const kind = bytes[at];
    const body = at + 5;
    at += 1 + bytes.readInt32BE(at + 1);
    if (kind === 0x44) rows.push(readRow(bytes, body));
    else if (kind === 0x43) tag = bytes.toString("latin1", body, at - 1);
    else if (kind === 0x54) {
      columns = readColumns(bytes, body);
      described = true;
    } else if (kind === 0x6e) {
      columns = [];
      described = true;
    } else if (kind === 0x45) error ??= readError(bytes, body, at);
  }
  const lastWord = tag.slice(tag.lastIndexOf(" ") + 1);
  const counted = /^\d+$/.test(lastWord);
  return {
    rows,
    columns,
    command: counted ? tag.slice(0, tag.indexOf(" ")) : tag,
    count: counted ? Number(lastWord) : 0,
    error,
    described,
  };
}

function message(kind: string, body: string): Buffer {
  const length = Buffer.byteLength(body);
  const buffer = Buffer.allocUnsafe(5 + length);
  buffer.write(kind, 0, "latin1");
  buffer.writeInt32BE(4 + length, 1);
  buffer.write(body, 5);
  return buffer;
}

function readRow(bytes: Buffer, start: number): SqlText[] {
  const row: SqlText[] = new Array(bytes.readUInt16BE(start));
  let at = start + 2;
  for (let index = 0; index < row.length; index++) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) row[index] = null;
    else {
      row[index] = bytes.toString("utf8", at, at + length);
      at += length;
    }
  }
  return row;
}

function readColumns(bytes: Buffer, start: number): ResultColumn[] {
  const columns: ResultColumn[] = new Array(bytes.readUInt16BE(start));
  let at = start + 2;
  for (let index = 0; index < columns.length; index++) {
    const end = bytes.indexOf(0, at);
    columns[index] = { name: bytes.toString("utf8", at, end), type: bytes.readInt32BE(end + 7) };
    at = end + 19;
  }
  return columns;
}

function readError(bytes: Buffer, start: number, end: number): DatabaseError {
  const fields = new Map<string, string>();
  for (let at = start; at < end && bytes[at] !== 0; ) {
    const stop = bytes.indexOf(0, at + 1);
    fields.set(String.fromCharCode(bytes[at]!), bytes.toString("utf8", at + 1, stop));
    at = stop + 1;
  }
  return new DatabaseError(fields.get("M") ?? "Unknown database error", {
    code: fields.get("C") ?? "XX000",
    detail: fields.get("D"),
    constraint: fields.get("n"),
    table: fields.get("t"),
    column: fields.get("c"),
    routine: fields.get("R"),
  });
}
