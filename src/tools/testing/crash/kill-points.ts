import { subscribe } from "node:diagnostics_channel";
import fs from "node:fs";
import { Socket } from "node:net";
import { promiseHooks } from "node:v8";
import type { Tracer } from "../../../runtime/engine/index.ts";
import type { CountFrom, DeathNote } from "./messages.ts";

/** The places of a process at which it can be told to die, counted as they pass. */
export interface KillPoints {
  /** Counts from the given moment and ends the process at point number `killAt`, as kill -9 does. */
  arm(from: CountFrom, killAt: number): void;
  /** Counts no more. */
  disarm(): void;
  readonly armed: boolean;
  /** Points counted since it was armed. */
  readonly count: number;
  /** Tells which step each call is in. */
  readonly tracer: Tracer;
}

/** Options of {@link createKillPoints}. */
export interface KillPointsOptions {
  /** File for what was under way at death. */
  readonly notePath: string;
  /** The command that was waited for has been answered, and the process lives. */
  readonly onSurvived: (points: number) => void;
}

/** Room for one note; a shorter one is filled with blanks, so that none of an older one is left. */
const NOTE_BYTES = 2048;

const { writeSync } = fs;

/**
 * Makes the kill points of this process: each promise continuation (so each `await`), and before and after each write to
 * a socket or, for the embedded database, to a file. Nothing of the service knows of them.
 */
export function createKillPoints({ notePath, onSurvived }: KillPointsOptions): KillPoints {
  const note = fs.openSync(notePath, "w");
  const calls = new Map<object, string>();
  let armed = false;
  let waiting = false;
  let goesOn = false;
  let counting = false;
  let killAt = Number.POSITIVE_INFINITY;
  let count = 0;
  let stopHook: ReturnType<typeof promiseHooks.onBefore> | undefined;

  const write = (point: string) => {
    const text: DeathNote = { point, count, steps: [...calls.values()] };
    writeSync(note, JSON.stringify(text).padEnd(NOTE_BYTES), 0);
  };
  const pass = (point: string) => {
    if (!counting || ++count !== killAt) return;
    write(point);
    process.kill(process.pid, "SIGKILL");
  };
  const begin = () => {
    waiting = false;
    counting = true;
    count = 0;
    stopHook ??= promiseHooks.onBefore(() => pass("continuation"));
  };
  const survive = () => {
    if (counting) onSurvived(count);
  };
  const disarm = () => {
    armed = false;
    waiting = false;
    counting = false;
    stopHook?.();
    stopHook = undefined;
  };
  const onStep = (call: object, text: string | undefined) => {
    if (text === undefined) calls.delete(call);
    else calls.set(call, text);
    // Whoever kills from outside can ask nothing of a dead process: it finds what was written last.
    if (armed) write("outside");
  };

  aroundWrites(pass);
  subscribe("http.server.request.start", (message) => {
    if (!waiting || !isExchange(message) || ["GET", "HEAD"].includes(message.request.method)) return;
    begin();
    if (!goesOn) message.response.once("close", survive);
  });

  return {
    get armed() {
      return armed;
    },
    get count() {
      return count;
    },
    arm: (from, at) => {
      disarm();
      armed = true;
      killAt = at;
      write("outside");
      goesOn = from === "storm";
      if (from === "command" || from === "storm") waiting = true;
      else begin();
    },
    disarm,
    tracer: {
      steps: true,
      startCall: (name) => {
        const call = {};
        // A request that came another way than through node:http is seen here first.
        const first = waiting;
        if (first) begin();
        onStep(call, `${name} trace`);
        return {
          step: (step) => onStep(call, `${name} ${step}`),
          run: (work) => work(),
          end: () => {
            onStep(call, undefined);
            if (first && !goesOn) setImmediate(survive);
          },
        };
      },
    },
  };
}

/** Calls `pass` before and after each write to a socket and to a file. */
function aroundWrites(pass: (point: string) => void): void {
  const { _write, _writev } = Socket.prototype;
  const kind = (socket: object) => ("server" in socket && socket.server ? "answer write" : "database write");
  Socket.prototype._write = function (chunk, encoding, done) {
    pass(kind(this));
    _write.call(this, chunk, encoding, done);
    pass(kind(this));
  };
  if (_writev !== undefined) {
    Socket.prototype._writev = function (chunks, done) {
      pass(kind(this));
      _writev.call(this, chunks, done);
      pass(kind(this));
    };
  }
  // The embedded database writes its pages and its log through this object, looked up at each call.
  Object.assign(fs, {
    writeSync: (...given: Parameters<typeof writeSync>) => {
      pass("file write");
      const written = writeSync(...given);
      pass("file write");
      return written;
    },
  });
}

/** The part of what Node.js tells of a request that is looked at. */
interface ExchangeMessage {
  readonly request: { readonly method: string };
  readonly response: { once(event: "close", listener: () => void): void };
}

function isExchange(message: unknown): message is ExchangeMessage {
  return typeof message === "object" && message !== null && "request" in message && "response" in message;
}
