import type { Socket } from "node:net";
import {
  DEFAULT_SETTINGS,
  DEFAULT_WINDOW,
  FLAG,
  FRAME,
  formatSettings,
  HIGHEST_31,
  HpackError,
  HTTP2_ERROR,
  Http2Error,
  type PeerSettings,
  SETTING,
  writeUint32,
} from "../../../wire/http2/index.ts";
import type { Http2Answer } from "./answer.ts";
import { Keepalive, type KeptConnection } from "./keepalive.ts";
import { Output } from "./output.ts";
import { Pings } from "./pings.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { Receiver, type ReceivingConnection } from "./receiver.ts";
import { type Http2Stream, STREAM_WINDOW } from "./stream.ts";
import { type StreamHost, StreamTable, type TabledConnection } from "./stream-table.ts";

/** What the connections of one server share. */
export interface Http2Host extends StreamHost {
  readonly connections: Set<Http2Connection>;
}

/** What a client may send on all streams before it is read. */
const CONNECTION_WINDOW = 1_048_576;
/** How long a connection that has ended is listened to, so that the peer can read why (RFC 9113 section 5.4.1). */
const LINGER_MS = 1000;

/** One HTTP/2 connection: its streams, its windows and its end. */
export class Http2Connection implements TabledConnection, ReceivingConnection, KeptConnection {
  readonly socket: Socket;
  readonly output: Output;
  readonly waiting = new Set<Http2Answer>();
  window = DEFAULT_WINDOW;
  settings: PeerSettings = DEFAULT_SETTINGS;
  isClosing = false;
  readonly #host: Http2Host;
  readonly #keepalive: Keepalive;
  readonly #receiver: Receiver;
  readonly #pings: Pings;
  readonly #streams: StreamTable;
  readonly #receiveWindow = new ReceiveWindow(CONNECTION_WINDOW);
  /** The peer has said that it will go. */
  #isLeft = false;
  #isOver = false;

  constructor(socket: Socket, host: Http2Host) {
    const { limits } = host;
    this.socket = socket;
    this.#host = host;
    this.output = new Output(socket);
    this.#keepalive = new Keepalive(this, limits);
    this.#streams = new StreamTable(this, host);
    this.#receiver = new Receiver(this, this.#streams, limits);
    this.#pings = new Pings(this.output);
    host.connections.add(this);
    socket.on("data", this.#onData).on("drain", this.#onDrain).on("close", this.#onClose);
    const settings = formatSettings([
      [SETTING.maxConcurrentStreams, limits.maxStreamsPerConnection],
      [SETTING.enablePush, 0],
      [SETTING.initialWindowSize, STREAM_WINDOW],
      [SETTING.maxHeaderListSize, limits.maxHeaderBytes + limits.maxUrlBytes],
    ]);
    this.output.frame(FRAME.settings, 0, 0, settings);
    this.output.number(FRAME.windowUpdate, 0, CONNECTION_WINDOW - DEFAULT_WINDOW);
  }

  get initialWindow(): number {
    return this.settings.initialWindow;
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  get bytes(): number {
    return this.socket.bytesRead + this.socket.bytesWritten;
  }

  get bytesAnswered(): number {
    return this.output.bytesAnswered;
  }

  // What frames ask for.

  receive(bytes: number): void {
    if (!this.#receiveWindow.receive(bytes))
      throw new Http2Error(HTTP2_ERROR.flowControl, "more was sent than the window takes");
  }

  onSettings(settings: PeerSettings): void {
    const wider = settings.initialWindow - this.settings.initialWindow;
    if (settings.headerTableBytes !== this.settings.headerTableBytes) {
      this.output.encoder.setMaxTableBytes(settings.headerTableBytes);
    }
    this.settings = settings;
    this.output.frame(FRAME.settings, FLAG.ack, 0, NOTHING);
    for (const { answer } of this.#streams.values()) {
      if (!answer.widen(wider)) throw new Http2Error(HTTP2_ERROR.flowControl, "a window became too large");
    }
    this.#pump();
  }

  onGoAway(): void {
    this.#isLeft = true;
    if (this.#streams.size === 0) this.close();
  }

  onPing(payload: Buffer, isAnswer: boolean): void {
    if (!isAnswer) {
      this.output.frame(FRAME.ping, FLAG.ack, 0, payload);
      this.#keepalive.onPing();
    } else this.#pings.answered(payload);
  }

  onWindow(id: number, bytes: number): void {
    if (id === 0) {
      if (bytes === 0) throw new Http2Error(HTTP2_ERROR.protocol, "WINDOW_UPDATE by 0");
      this.window += bytes;
      if (this.window > HIGHEST_31)
        throw new Http2Error(HTTP2_ERROR.flowControl, "the window became too large");
    } else {
      const stream = this.#streams.get(id);
      if (stream === undefined) return;
      if (bytes === 0) return void this.#streams.refuse(id, HTTP2_ERROR.protocol);
      if (!stream.answer.widen(bytes)) return void this.#streams.refuse(id, HTTP2_ERROR.flowControl);
    }
    this.#pump();
  }

  // What streams ask for.

  credit(bytes: number): void {
    const more = this.#receiveWindow.open(bytes);
    if (more > 0) this.creditStream(0, more);
  }

  creditStream(id: number, bytes: number): void {
    this.output.number(FRAME.windowUpdate, id, bytes);
  }

  reset(stream: Http2Stream, code: number): void {
    this.#streams.reset(stream, code);
  }

  release(stream: Http2Stream): void {
    this.#streams.release(stream);
  }

  beginRpc(): void {
    this.#keepalive.beginRpc();
  }

  endRpc(): void {
    this.#keepalive.endRpc();
  }

  onEmpty(): void {
    this.#keepalive.rest();
    if (this.isClosing) this.#end();
    else if (this.#isLeft) this.close();
  }

  // What the server and the keepalive ask for.

  /** Called every now and then. */
  look(now: number): void {
    if (this.#isOver) return;
    if (this.#receiver.waitsSince(now) + this.#host.limits.headersTimeoutMs > now) this.#keepalive.look(now);
    else this.fail(HTTP2_ERROR.protocol, "headers did not come in time");
  }

  ping(onAnswer: () => void): void {
    this.#pings.send(onAnswer);
  }

  goAway(code: number, lastStream: number, message = ""): void {
    const payload = Buffer.alloc(8 + message.length);
    writeUint32(payload, writeUint32(payload, 0, lastStream), code);
    payload.write(message, 8, "latin1");
    this.output.frame(FRAME.goaway, 0, 0, payload);
  }

  close(): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.goAway(HTTP2_ERROR.none, this.#streams.last);
    if (this.#streams.size === 0) this.#end();
  }

  fail(code: number, message: string): void {
    if (this.#isOver) return;
    this.isClosing = true;
    this.goAway(code, this.#streams.last, message);
    this.#end();
    this.#streams.closeAll();
  }

  destroy(): void {
    this.#isOver = true;
    this.socket.destroy();
    this.#streams.closeAll();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#isOver) return;
    const { output } = this;
    output.isHeld = true;
    try {
      this.#receiver.push(chunk);
      this.#streams.serveBegun();
    } catch (error) {
      this.#failWith(error);
    } finally {
      output.isHeld = false;
      output.flush();
    }
    if (output.isCongested && !this.#isOver) this.socket.pause();
  };

  readonly #onDrain = (): void => {
    this.socket.resume();
    this.#pump();
  };

  readonly #onClose = (): void => {
    this.#isOver = true;
    this.isClosing = true;
    this.#host.connections.delete(this);
    this.#keepalive.stop();
    this.#streams.closeAll();
  };

  #failWith(error: unknown): void {
    if (error instanceof Http2Error) this.fail(error.code, error.message);
    else if (error instanceof HpackError) this.fail(HTTP2_ERROR.compression, error.message);
    else {
      this.fail(HTTP2_ERROR.internal, "");
      throw error;
    }
  }

  /** Sends what waited, a frame of each in turn, while there is room. */
  #pump(): void {
    let isMoving = this.waiting.size > 0;
    while (isMoving) {
      isMoving = false;
      for (const answer of this.waiting) if (answer.pump()) isMoving = true;
    }
  }

  /** Nothing more is said or taken. The peer may still be writing; closing at once could lose what it has not read. */
  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.output.flush();
    this.socket.resume().end();
    const cutOff = setTimeout(() => this.socket.destroy(), LINGER_MS).unref();
    this.socket.once("close", () => clearTimeout(cutOff)).once("end", () => this.socket.destroySoon());
  }
}

const NOTHING = new Uint8Array(0);
