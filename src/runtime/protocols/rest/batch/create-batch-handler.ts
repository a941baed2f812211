import { hash } from "node:crypto";
import { ApiError } from "../../../../base/errors/index.ts";
import { canonicalJson, type JsonValue } from "../../../../base/lib/index.ts";
import type { BatchModel, Model } from "../../../../contract/model/model.ts";
import { parseIdempotencyKey, parsePrefer } from "../../../../wire/rest/index.ts";
import { type AtomicBatch, type Call, type Engine, failedDependency } from "../../../engine/index.ts";
import { codingFor, sendBody } from "../../answer.ts";
import type { Exchange } from "../../exchange.ts";
import type { WholeAnswer } from "../../http.ts";
import { parseJsonBody } from "../../parse-json-body.ts";
import { readBody } from "../../read-body.ts";
import { readMeta } from "../../read-meta.ts";
import { send } from "../../send.ts";
import { checkContentType } from "../request.ts";
import { createPartExchange, type PartExchange } from "./part-exchange.ts";
import { type BatchPart, createBatchReader } from "./read-batch.ts";
import { writeBatch } from "./write-batch.ts";

/** What batches are answered by. */
export interface BatchHandlerOptions {
  readonly model: Model;
  readonly batch: BatchModel;
  readonly path: string;
  readonly engine: Pick<Engine, "execute" | "openAtomicBatch">;
  /** Answers one request, with these calls. */
  readonly answer: (exchange: Exchange, engine: Pick<Engine, "execute">) => Promise<void> | void;
  /** Answers one request with an error. */
  readonly refuse: (exchange: Exchange, error: ApiError) => Promise<void> | void;
  /** Reads who calls; a part is called by whoever calls the batch. */
  readonly credentialsOf: (exchange: Exchange) => Call["credentials"];
}

/**
 * Makes the handler of `POST /batch`: each part goes through the same code as a request of its own, one after the
 * other. Atomic: in one transaction; a part that is answered with 400 or more undoes all, and the others are 424.
 */
export function createBatchHandler(options: BatchHandlerOptions): (exchange: Exchange) => Promise<void> {
  const { batch, path, answer, refuse } = options;
  const read = createBatchReader(batch, path);

  return async (exchange) => {
    exchange.operation = "batch";
    if (exchange.method === "OPTIONS") return send(exchange, 204, ["Allow", "POST, OPTIONS"]);
    if (exchange.method !== "POST") {
      throw new ApiError("method_not_allowed", "A batch is sent with POST. Allowed: POST, OPTIONS.");
    }
    checkContentType(exchange, ["application/json"]);
    const bytes = await readBody(exchange, batch.maxBytes);
    const body = bytes.length === 0 ? undefined : parseJsonBody(bytes);
    const { atomic, requests } = read(body);
    const { prefer } = exchange.request.headers;
    const { waitSeconds } = parsePrefer(Array.isArray(prefer) ? prefer.join(", ") : prefer);
    const meta = readMeta(exchange, "rest", waitSeconds === undefined ? undefined : waitSeconds * 1000);
    const deadline = Date.now() + Math.min(meta.timeoutMs ?? batch.deadlineMs, batch.deadlineMs);
    const scope: PartScope = {
      model: options.model,
      credentials: options.credentialsOf(exchange),
      signal: exchange.signal,
      deadline,
      key: keyOf(exchange, body),
    };
    const together = atomic
      ? options.engine.openAtomicBatch({ timeoutMs: deadline - Date.now(), signal: exchange.signal })
      : undefined;
    const answers: WholeAnswer[] = [];
    for (const [index, part] of requests.entries()) {
      const own = createPartExchange(exchange, part);
      if (together?.failure !== undefined) await refuse(own.exchange, failedDependency());
      else await answer(own.exchange, partEngine(together ?? options.engine, scope, index));
      answers.push(await settle(own, together));
    }
    const failure = await together?.end();
    if (failure !== undefined) await undo(exchange, requests, answers, failure);
    const parts = answers.map((each, index) => ({ id: requests[index]?.id, answer: each }));
    await respond(exchange, writeBatch(parts));
  };

  /** What was answered before the failure is not so any more. */
  async function undo(
    exchange: Exchange,
    requests: readonly BatchPart[],
    answers: WholeAnswer[],
    failure: ApiError,
  ): Promise<void> {
    // No part has failed: the commit did, and that is everybody's answer.
    if (answers.every(({ status }) => status < 400)) throw failure;
    for (const [index, { status }] of answers.entries()) {
      const part = requests[index];
      if (status >= 400 || part === undefined) continue;
      const own = createPartExchange(exchange, part);
      await refuse(own.exchange, failedDependency());
      answers[index] = await settle(own, undefined);
    }
  }
}

/** What all parts of a batch share. */
interface PartScope {
  readonly model: Model;
  readonly credentials: Call["credentials"];
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  /** The batch's idempotency key, with what it was sent with. */
  readonly key: { readonly key: string; readonly digest: string } | undefined;
}

/** Runs the calls of one part: by the batch's caller, in what is left of its time, under a key of the batch's key. */
function partEngine(
  engine: Pick<Engine, "execute">,
  { model, credentials, signal, deadline, key }: PartScope,
  index: number,
): Pick<Engine, "execute"> {
  return {
    execute: (call) => {
      const leftMs = deadline - Date.now();
      const timeoutMs = Math.min(call.meta.timeoutMs ?? leftMs, leftMs);
      const operation = model.operations[call.operation];
      if (operation?.output.kind === "file") return { ok: false, error: noFiles(call), replayed: false };
      const takesKey = operation?.kind === "command" && operation.idempotency !== "none";
      const idempotency =
        call.idempotency ??
        (key === undefined || !takesKey ? undefined : partKey(key, index, call.operation));
      return engine.execute({ ...call, credentials, signal, idempotency, meta: { ...call.meta, timeoutMs } });
    },
  };
}

function noFiles({ operation }: Call): ApiError {
  return new ApiError(
    "not_implemented",
    `${operation} sends a file, which a batch cannot hold. Ask for it alone.`,
  );
}

/** The whole batch is what a part's key stands for: the same key with another batch is refused. */
function partKey({ key, digest }: NonNullable<PartScope["key"]>, index: number, operation: string) {
  const own = hash("sha256", `${key}\n${index}\n${operation}`, "base64url");
  return { key: `batch:${own}`, request: digest };
}

function keyOf(exchange: Exchange, body: JsonValue | undefined): PartScope["key"] {
  const header = exchange.request.headers["idempotency-key"];
  if (header === undefined) return undefined;
  const digest = hash("sha256", canonicalJson(body ?? null), "base64url");
  return { key: parseIdempotencyKey(String(header)), digest };
}

async function settle({ answer }: PartExchange, batch: AtomicBatch | undefined): Promise<WholeAnswer> {
  const given = answer();
  if (given === undefined) throw new TypeError("A part of a batch was not answered");
  // Refused before the engine was asked: by its path, its headers or its body.
  if (given.status >= 400) await batch?.giveUp(failedDependency());
  return given;
}

async function respond(exchange: Exchange, body: string): Promise<void> {
  const headers = ["Content-Type", "application/json", "Cache-Control", "no-store"];
  headers.push("X-Content-Type-Options", "nosniff");
  const coding = codingFor(exchange, body);
  headers.push("Vary", "Accept-Encoding");
  await sendBody(exchange, 200, headers, { body, coding });
}
