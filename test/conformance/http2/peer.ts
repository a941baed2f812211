import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import {
  ACK,
  CODES,
  type Code,
  END_HEADERS,
  END_STREAM,
  MAGIC,
  PADDED,
  PRIORITY,
  ping,
  SETTING,
  SETTINGS_ACK,
  settings,
  TYPE,
} from "./frames.ts";
import { FieldReader, type Fields } from "./hpack.ts";

/** Long enough for a machine that is busy with everything else; nothing that passes waits for it. */
const PATIENCE_MS = 20_000;

/** A frame that the server has sent. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
  /** Of HEADERS, with those of CONTINUATION frames behind it. */
  readonly fields?: Fields;
}

export interface PeerOptions {
  /** What the preface says; default: nothing. */
  readonly settings?: readonly (readonly [number, number])[];
  /** Default: what TCP carries. */
  readonly isTls?: boolean;
  /** Whether the server's settings are acknowledged. Default: true. */
  readonly acknowledges?: boolean;
}

/** A client that sends whatever bytes it is given and keeps every frame that comes. */
export class Peer {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  /** What the server has said in its settings. */
  readonly settings = new Map<number, number>();
  /** The server has closed the connection, or reset it. */
  isClosed = false;
  /** It said no more, and the other direction may be open. */
  isEnded = false;
  readonly fieldReader: FieldReader;
  readonly #acknowledges: boolean;
  readonly #waiting = new Set<() => void>();
  #unread: Buffer = Buffer.alloc(0);
  #block: { readonly frame: Frame; readonly parts: Buffer[] } | undefined;
  #pings = 0;

  constructor(port: number, { settings: own = [], isTls = false, acknowledges = true }: PeerOptions = {}) {
    this.#acknowledges = acknowledges;
    this.fieldReader = new FieldReader(new Map(own).get(SETTING.headerTableSize));
    this.socket = isTls
      ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["h2"] })
      : connect({ port, host: "127.0.0.1" });
    this.socket.setNoDelay(true);
    this.socket.on("data", (chunk: Buffer) => this.#read(chunk));
    // A reset is a way to be closed; what came before it counts.
    this.socket.on("error", () => {});
    this.socket.on("end", () => {
      this.isEnded = true;
      this.#tell();
    });
    this.socket.on("close", () => {
      this.isClosed = true;
      this.#tell();
    });
  }

  /** Connects, exchanges prefaces and waits until both sides' settings are acknowledged. */
  static async open(port: number, options: PeerOptions = {}): Promise<Peer> {
    const peer = new Peer(port, options);
    peer.send(MAGIC, settings(...(options.settings ?? [])));
    await peer.until("the server's settings and its acknowledgement", () =>
      [0, ACK].every((flags) =>
        peer.frames.some((frame) => frame.type === TYPE.settings && frame.flags === flags),
      ),
    );
    return peer;
  }

  /** Sends bytes in one piece, so that the server finds them together. */
  send(...frames: readonly Buffer[]): void {
    if (this.socket.writable) this.socket.write(Buffer.concat(frames));
  }

  /** Sends a ping and waits for its answer: whatever was sent before has been read by then. */
  async settle(): Promise<void> {
    const text = `settle${this.#pings++}`;
    this.send(ping(text));
    await this.until(`the answer to ping ${text}`, () => this.pongs().includes(text));
  }

  /** Waits until something is so. What came is in the error where it does not come to be. */
  async until(what: string, isTrue: () => boolean, withinMs = PATIENCE_MS): Promise<void> {
    if (isTrue()) return;
    await new Promise<void>((resolve, reject) => {
      const finish = (error?: Error) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        if (error === undefined) resolve();
        else reject(error);
      };
      const check = () => {
        if (isTrue()) finish();
        else if (this.isClosed) finish(new Error(`${what}: expected; came: ${this}`));
      };
      const timer = setTimeout(
        () => finish(new Error(`${what}: not in ${withinMs} ms; came: ${this}`)),
        withinMs,
      );
      this.#waiting.add(check);
      check();
    });
  }

  /** The answer on a stream as far as it has come. */
  answer(stream: number): Answer {
    const frames = this.frames.filter((frame) => frame.stream === stream);
    const heads = frames.filter(({ type }) => type === TYPE.headers);
    const final = heads.find(({ fields }) => !fieldOf(fields, ":status")?.startsWith("1"));
    return {
      status: final === undefined ? undefined : Number(fieldOf(final.fields, ":status")),
      interim: heads.filter((head) => fieldOf(head.fields, ":status")?.startsWith("1")).length,
      fields: final?.fields ?? [],
      trailers: heads.at(-1) === final ? [] : (heads.at(-1)?.fields ?? []),
      body: Buffer.concat(frames.filter(({ type }) => type === TYPE.data).map(({ payload }) => payload)),
      isEnded: frames.some(({ type, flags }) => type <= TYPE.headers && (flags & END_STREAM) !== 0),
    };
  }

  /** Waits for the end of an answer. */
  async answered(stream: number): Promise<Answer> {
    await this.until(`the end of the answer on stream ${stream}`, () => this.answer(stream).isEnded);
    return this.answer(stream);
  }

  /** The code with which the server has reset a stream. */
  resetCode(stream: number): Code | undefined {
    const frame = this.frames.find((one) => one.type === TYPE.rstStream && one.stream === stream);
    return frame === undefined ? undefined : CODES[frame.payload.readUInt32BE(0)];
  }

  /** The last GOAWAY's code. */
  goawayCode(): Code | undefined {
    const frame = this.frames.findLast(({ type }) => type === TYPE.goaway);
    return frame === undefined ? undefined : CODES[frame.payload.readUInt32BE(4)];
  }

  /** What pings have been answered with. */
  pongs(): string[] {
    return this.frames
      .filter(({ type, flags }) => type === TYPE.ping && flags === ACK)
      .map(({ payload }) => payload.toString("latin1").replace(/\0+$/, ""));
  }

  close(): void {
    this.socket.destroy();
  }

  /** What came, for people. */
  toString(): string {
    const end = this.isClosed ? ["closed"] : this.isEnded ? ["ended"] : [];
    const shown = this.frames.slice(-20).map(describeFrame);
    return [...shown, ...end].join(", ") || "nothing";
  }

  #read(chunk: Buffer): void {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length >= 9) {
      const length = this.#unread.readUIntBE(0, 3);
      if (this.#unread.length < 9 + length) break;
      const [type = 0, flags = 0] = this.#unread.subarray(3, 5);
      const stream = this.#unread.readUInt32BE(5) % 2 ** 31;
      const payload = this.#unread.subarray(9, 9 + length);
      this.#unread = this.#unread.subarray(9 + length);
      this.#take({ type, flags, stream, payload });
    }
    this.#tell();
  }

  #take(frame: Frame): void {
    if (frame.type === TYPE.settings && frame.flags !== ACK) {
      for (let at = 0; at < frame.payload.length; at += 6)
        this.settings.set(frame.payload.readUInt16BE(at), frame.payload.readUInt32BE(at + 2));
      if (this.#acknowledges) this.send(SETTINGS_ACK);
    }
    if (frame.type === TYPE.headers) this.#block = { frame, parts: [fragmentOf(frame)] };
    else if (frame.type === TYPE.continuation) this.#block?.parts.push(frame.payload);
    else this.frames.push(frame);
    if (this.#block === undefined || (frame.flags & END_HEADERS) === 0) return;
    this.frames.push({
      ...this.#block.frame,
      fields: this.fieldReader.read(Buffer.concat(this.#block.parts)),
    });
    this.#block = undefined;
  }

  #tell(): void {
    for (const check of [...this.#waiting]) check();
  }
}

/** What has come of an answer. */
export interface Answer {
  readonly status: number | undefined;
  /** Interim answers such as 100 before it. */
  readonly interim: number;
  readonly fields: Fields;
  readonly trailers: Fields;
  readonly body: Buffer;
  readonly isEnded: boolean;
}

export function fieldOf(fields: Fields | undefined, name: string): string | undefined {
  return fields?.find(([one]) => one === name)?.[1];
}

function fragmentOf({ flags, payload }: Frame): Buffer {
  const padding = (flags & PADDED) === 0 ? 0 : (payload[0] ?? 0);
  const start = ((flags & PADDED) === 0 ? 0 : 1) + ((flags & PRIORITY) === 0 ? 0 : 5);
  return payload.subarray(start, payload.length - padding);
}

function describeFrame({ type, flags, stream, payload, fields }: Frame): string {
  const name = Object.entries(TYPE).find(([, number]) => number === type)?.[0] ?? `type ${type}`;
  const code =
    type === TYPE.goaway ? payload.readUInt32BE(4) : type === TYPE.rstStream ? payload.readUInt32BE(0) : -1;
  const words = [name, ...(stream > 0 ? [`on ${stream}`] : []), ...(flags > 0 ? [`flags ${flags}`] : [])];
  if (code >= 0) words.push(CODES[code] ?? `code ${code}`);
  if (type === TYPE.data) words.push(`${payload.length} bytes`);
  if (fields !== undefined) words.push(`status ${fieldOf(fields, ":status")}`);
  return words.join(" ");
}
