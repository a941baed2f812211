import { randomUUID } from "node:crypto";
import { type HttpBindings, serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { routePath } from "hono/route";
import {
  connect,
  etagOf,
  GET_SQL,
  HEADERS,
  ID,
  KEEP_ALIVE_MS,
  LIST_SQL,
  logger,
  MOST_REQUESTS,
  memory,
  pageHeaders,
  principalOf,
  report,
  rowHeaders,
  versionTag,
} from "./shared.ts";

const sql = connect();
const app = new Hono<{ Bindings: HttpBindings }>();

app.use("*", async (context, next) => {
  const started = performance.now();
  const requestId = context.req.header("x-request-id") ?? randomUUID();
  context.header("x-request-id", requestId);
  if (principalOf(context.req.header("authorization"))) await next();
  else context.res = context.json({ code: "unauthenticated" }, 401);
  const line = {
    requestId,
    operation: routePath(context, -1),
    method: context.req.method,
    status: context.res.status,
    durationMs: performance.now() - started,
    bytes: Number(context.res.headers.get("content-length")),
    remoteAddress: context.env.incoming.socket.remoteAddress,
    http: "1.1",
  };
  logger.info(line, "request");
});

function answer(
  context: Context,
  value: unknown,
  headers?: Record<string, string>,
  version?: unknown,
): Response {
  const body = JSON.stringify(value);
  return context.body(body, 200, {
    ...HEADERS,
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
    etag: version === undefined ? etagOf(body) : versionTag(version),
  });
}

app.get("/v1/memories/:id", (context) => {
  const id = context.req.param("id");
  const found = ID.test(id) ? memory.get(id) : undefined;
  return found ? answer(context, found) : context.json({ code: "not_found" }, 404);
});
app.get("/v1/widgets/:id", async (context) => {
  const id = context.req.param("id");
  if (!ID.test(id)) return context.json({ code: "not_found" }, 404);
  const [row] = await sql.unsafe(GET_SQL, [id], { prepare: true });
  if (!row) return context.json({ code: "not_found" }, 404);
  const { row_version: version, ...widget } = row;
  return answer(context, widget, rowHeaders(row.updatedAt), version);
});
app.get("/v1/widgets", async (context) => {
  const limit = Number(context.req.query("limit") ?? 20);
  if (!(limit >= 1 && limit <= 100)) return context.json({ code: "invalid_parameter" }, 400);
  const rows = await sql.unsafe(LIST_SQL, [], { prepare: true });
  const data = rows.slice(0, 20).map(({ row_version: _, ...widget }) => widget);
  const page = { nextCursor: data.at(-1)?.id ?? null, prevCursor: null, hasMore: rows.length > 20 };
  return answer(context, { data, page }, pageHeaders(page.nextCursor));
});
const server = serve(
  {
    fetch: app.fetch,
    port: 0,
    hostname: "127.0.0.1",
    serverOptions: { keepAliveTimeout: KEEP_ALIVE_MS },
  },
  (info) => report(info.port),
);
if ("maxRequestsPerSocket" in server) server.maxRequestsPerSocket = MOST_REQUESTS;
