import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type postgres from "postgres";
import { newId } from "../../src/base/lib/index.ts";
import {
  connect,
  FIND_SQL,
  GET_SQL,
  HEADERS,
  INSERT_SQL,
  KEEP_ALIVE_MS,
  LIST_SQL,
  LOCK_SQL,
  MOST_REQUESTS,
  memory,
  pageHeaders,
  report,
  rowHeaders,
  STORE_SQL,
} from "./shared.ts";

// The floor: node:http, no router, no key check, no validation, no log; the same bytes.
const sql = connect();
const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
  const url = request.url ?? "";
  if (!url.startsWith("/v1/memories/")) return void fromDatabase(request, response);
  answer(response, 200, JSON.stringify(memory.get(url.slice(url.lastIndexOf("/") + 1))));
});
server.maxRequestsPerSocket = MOST_REQUESTS;

async function fromDatabase(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? "";
  const id = url.slice(url.lastIndexOf("/") + 1);
  if (request.method === "POST") return create(request, response);
  if (url.startsWith("/v1/widgets/")) {
    const [row] = await sql.unsafe(GET_SQL, [id], { prepare: true });
    return answer(response, 200, widgetOf(row as Row), rowHeaders(row?.updatedAt));
  }
  const rows = await sql.unsafe(LIST_SQL, [], { prepare: true });
  const data = rows.slice(0, 20).map(({ row_version: _, ...widget }) => widget);
  const page = { nextCursor: data.at(-1)?.id, prevCursor: null, hasMore: rows.length > 20 };
  answer(response, 200, JSON.stringify({ data, page }), pageHeaders(page.nextCursor));
}

/** Whether an insert without a key is written as a transaction: begin, insert, commit. */
const inTransaction = process.env.BENCH_TRANSACTION !== undefined;

type Row = Readonly<Record<string, unknown>>;

/** Inserts a widget; with an idempotency key in one transaction with its claim and its answer. */
async function create(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const { name, description, price, quantity, active } = JSON.parse(bytes.toString());
  const now = new Date().toISOString();
  const values = [
    newId("wid", Date.now()),
    name,
    description,
    price,
    String(quantity),
    String(active),
    now,
    now,
  ];
  const key = request.headers["idempotency-key"];
  if (key === undefined) {
    const [row] = await (inTransaction
      ? sql.begin((transaction) => transaction.unsafe(INSERT_SQL, values, { prepare: true }))
      : sql.unsafe(INSERT_SQL, values, { prepare: true }));
    return answer(response, 201, widgetOf(row as Row));
  }
  const fingerprint = createHash("sha256").update(bytes).digest("base64url");
  const lock = createHash("sha256").update(`bench ${key}`).digest().readBigInt64BE(0).toString();
  const json = await sql.begin(async (transaction) => {
    const run = (text: string, parameters: string[]): postgres.PendingQuery<postgres.Row[]> =>
      transaction.unsafe(text, parameters, { prepare: true });
    const [[locked], [found]] = await Promise.all([
      run(LOCK_SQL, [lock]),
      run(FIND_SQL, ["bench", String(key)]),
    ]);
    if (found !== undefined) return String(found.answer);
    if (locked?.pg_try_advisory_xact_lock !== true) throw new RangeError("the key is in use");
    const [row] = await run(INSERT_SQL, values);
    const made = widgetOf(row as Row);
    await run(STORE_SQL, ["bench", String(key), fingerprint, made, now]);
    return made;
  });
  answer(response, 201, json);
}

function widgetOf({ row_version: _, ...widget }: Row): string {
  return JSON.stringify(widget);
}

function answer(response: ServerResponse, status: number, body: string, headers?: OutgoingHttpHeaders): void {
  response.writeHead(status, {
    ...HEADERS,
    ...headers,
    etag: '"1-00000000000000000000"',
    "x-request-id": "req_01jc0000000000000000000000",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

server.listen(0, "127.0.0.1", () => report((server.address() as AddressInfo).port));
