import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../../../base/errors/index.ts";
import type { Model } from "../../../contract/model/index.ts";
import { operationId } from "../../../runtime/engine/index.ts";
import type { CommandSource, CrashCommand } from "./crash-plan.ts";
import { type DiaryEntry, firstAnswer, idIn } from "./diary.ts";
import type { SetUp } from "./messages.ts";
import type { Random } from "./random.ts";
import type { Client } from "./send.ts";
import { commandModel, toRequest } from "./to-request.ts";

/** Callers that send commands, each to several servers at once or again and again, and keep a diary. */
export interface Callers {
  readonly diary: readonly DiaryEntry[];
  /** Sends one command and resolves when each of its callers has been answered or has given up. */
  sendOne(random: Random, wanted?: CrashCommand, copies?: number): Promise<DiaryEntry>;
  /** Keeps so many commands in flight until `stop` is called; that resolves when all are answered. */
  keepSending(count: number, random: Random): () => Promise<void>;
}

/** Options of {@link createCallers}. */
export interface CallersOptions {
  readonly model: Model;
  readonly commands: readonly CrashCommand[];
  readonly client: Client;
  readonly setUp: SetUp;
  /** Begins every mark and key, so that none is used in another round. */
  readonly prefix: string;
}

/** Tries to find a command whose row is there before the plan is called wrong. */
const MAX_CHOICES = 1000;
/** Most a caller's copy of a command comes later than the first. */
const STAGGER_MS = 30;

/** Makes callers; throws UsageError for commands that cannot be sent. */
export function createCallers({ model, commands, client, setUp, prefix }: CallersOptions): Callers {
  const diary: DiaryEntry[] = [];
  const made = new Map<string, string[]>();
  const ticket = commands.flatMap((command) => Array.from({ length: command.weight }, () => command));
  for (const command of commands) {
    commandModel(model, command);
    if (command.as === undefined || setUp.keys[command.as] !== undefined) continue;
    throw new UsageError({
      place: `crash plan, command ${operationId(command.operation.spec)}`,
      expected: `the name of an API key that setup or the seed makes: ${Object.keys(setUp.keys).join(", ") || "none"}`,
      found: command.as,
      fix: "make it with apiKey(name, …) in setup",
    });
  }
  let count = 0;

  const choose = (random: Random, wanted: CrashCommand | undefined): DiaryEntry => {
    for (let choice = 0; choice < MAX_CHOICES; choice++) {
      const command = choice < 10 && wanted !== undefined ? wanted : random.pick(ticket);
      const number = ++count;
      const mark = `${prefix}-${number}`;
      const key = `${mark}-${random.below(2 ** 32).toString(36)}`;
      const source: CommandSource = {
        random,
        mark,
        made: (operation) => {
          const ids = made.get(operationId(operation.spec)) ?? [];
          return ids.length === 0 ? undefined : random.pick(ids);
        },
      };
      const apiKey = command.as === undefined ? undefined : setUp.keys[command.as];
      const request = toRequest(model, command, source, { apiKey, idempotencyKey: key });
      if (request === undefined) continue;
      return { number, mark, key, operation: commandModel(model, command), command, request, sent: [] };
    }
    throw new UsageError({
      place: "crash plan",
      expected: "a command that can be sent",
      found: `none in ${MAX_CHOICES} choices: each says that its row is not there yet`,
      fix: "add a command that makes rows, or make rows in setup",
    });
  };

  const sendOne = async (random: Random, wanted?: CrashCommand, given?: number): Promise<DiaryEntry> => {
    const entry = choose(random, wanted);
    diary.push(entry);
    const own = random.fork(entry.mark);
    // One in three commands is sent by one caller only; the others by two or three, half of those at the same moment.
    const copies = given ?? 1 + own.below(3);
    const together = own.chance(0.5);
    const send = async (copy: number) => {
      const draws = own.fork(String(copy));
      if (copy > 0 && !together) await sleep(draws.below(STAGGER_MS));
      entry.sent.push(await client.send(entry.request, draws));
    };
    await Promise.all(Array.from({ length: copies }, (_, copy) => send(copy)));
    const id = idIn(entry, firstAnswer(entry));
    if (id !== undefined && entry.operation.method === "create") {
      const ids = made.get(entry.operation.id) ?? [];
      made.set(entry.operation.id, ids);
      ids.push(id);
    }
    return entry;
  };

  return {
    diary,
    sendOne,
    keepSending(inFlight, random) {
      let stopped = false;
      const caller = async (draws: Random) => {
        while (!stopped) await sendOne(draws);
      };
      const all = Promise.all(
        Array.from({ length: inFlight }, (_, number) => caller(random.fork(`caller ${number}`))),
      );
      // Looked at by whoever stops it; until then it must not count as unhandled.
      all.catch(() => {});
      return async () => {
        stopped = true;
        await all;
      };
    },
  };
}
