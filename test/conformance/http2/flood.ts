import { setTimeout as wait } from "node:timers/promises";
import type { TestLibrary } from "../../support/library.ts";
import { get } from "./cases.ts";
import { Peer } from "./peer.ts";

/** What became of an attack. */
export interface Attack {
  /** The server has ended the connection. */
  readonly isEnded: boolean;
  /** Rounds that the server's end of the connection took, or the kernel for it. */
  readonly rounds: number;
  /** Processor time of this process, the attacker's part included. */
  readonly cpuMs: number;
}

export interface AttackOptions {
  /** Most rounds; the connection may be ended before. */
  readonly rounds: number;
  /** Bytes of each round. */
  readonly make: (round: number) => Buffer;
  /** Whether the attacker reads what comes. Default: true. */
  readonly reads?: boolean;
}

/** A server that takes nothing more from the connection for so long has bounded the attack. */
const STALLED_MS = 1000;

/** Sends round after round, as fast as they are taken, until the connection is ended or the rounds are over. */
export async function attack(peer: Peer, { rounds, make, reads = true }: AttackOptions): Promise<Attack> {
  if (!reads) peer.socket.pause();
  const start = process.cpuUsage();
  let round = 0;
  while (round < rounds && peer.socket.writable && !peer.isClosed) {
    const isTaken = peer.socket.write(make(round++));
    if (!isTaken && !(await drained(peer))) break;
  }
  // Reading again shows whether the connection has ended meanwhile.
  peer.socket.resume();
  if (!peer.isClosed) await peer.settle().catch(() => {});
  const { user, system } = process.cpuUsage(start);
  return { isEnded: peer.isClosed || peer.isEnded, rounds: round, cpuMs: (user + system) / 1000 };
}

async function drained(peer: Peer): Promise<boolean> {
  const { socket } = peer;
  for (let waited = 0; socket.writableNeedDrain && !socket.destroyed; waited += 10) {
    if (waited >= STALLED_MS) return false;
    await wait(10);
  }
  return !socket.destroyed;
}

/** Others are served meanwhile. */
export async function servesOthers(library: TestLibrary): Promise<void> {
  const other = await Peer.open(library.port);
  other.send(get());
  const { status } = await other.answered(1);
  other.close();
  if (status !== 200) throw new Error(`another client got ${status}`);
}

/** Waits until the server has let go of every connection and call. */
export async function isIdle({ server }: TestLibrary, withinMs = 20_000): Promise<void> {
  for (let waited = 0; server.connections > 0 || server.requestsInFlight > 0; waited += 5) {
    const left = `${server.connections} connections, ${server.requestsInFlight} requests`;
    if (waited > withinMs) throw new Error(`nothing left: expected; left: ${left}`);
    await wait(5);
  }
}
