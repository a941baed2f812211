import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import fastify, { LogController } from "fastify";
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
const app = fastify({
  genReqId: () => randomUUID(),
  requestIdHeader: "x-request-id",
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxRequestsPerSocket: MOST_REQUESTS,
  loggerInstance: logger,
  // One line for each request, as the others write, instead of Fastify's two.
  logController: new LogController({ disableRequestLogging: true }),
});

const widget = {
  type: "object",
  properties: {
    id: { type: "string" },
    name: { type: "string" },
    description: { type: "string" },
    price: { type: "string" },
    quantity: { type: "integer" },
    active: { type: "boolean" },
    createdAt: { type: "string" },
    updatedAt: { type: "string" },
  },
} as const;
const page = {
  type: "object",
  properties: {
    data: { type: "array", items: widget },
    page: {
      type: "object",
      properties: {
        nextCursor: { type: ["string", "null"] },
        prevCursor: { type: ["string", "null"] },
        hasMore: { type: "boolean" },
      },
    },
  },
} as const;
const params = { type: "object", properties: { id: { type: "string", pattern: ID.source } } } as const;

app.decorateRequest("principal", null);
app.addHook("onRequest", async (request, reply) => {
  const principal = principalOf(request.headers.authorization);
  if (!principal) return reply.code(401).send({ code: "unauthenticated" });
  (request as unknown as { principal: unknown }).principal = principal;
});
app.addHook("onSend", (request, reply, payload, done) => {
  reply.header("x-request-id", request.id);
  if (typeof payload === "string" && reply.getHeader("etag") === undefined) {
    reply.header("etag", etagOf(payload));
  }
  done();
});
app.addHook("onResponse", (request, reply, done) => {
  const { method, routeOptions, ip } = request;
  // The id is in every line of a request already.
  const line = {
    operation: routeOptions.url,
    method,
    status: reply.statusCode,
    durationMs: reply.elapsedTime,
    bytes: Number(reply.getHeader("content-length")),
    remoteAddress: ip,
    http: "1.1",
  };
  request.log.info(line, "request");
  done();
});

app.get(
  "/v1/memories/:id",
  { schema: { params, response: { 200: widget, 404: { type: "object" } } } },
  (request, reply) => {
    const found = memory.get((request.params as { id: string }).id);
    if (!found) return reply.code(404).send();
    return reply.headers(HEADERS).send(found);
  },
);
app.get(
  "/v1/widgets/:id",
  { schema: { params, response: { 200: widget, 404: { type: "object" } } } },
  async (request, reply) => {
    const [row] = await sql.unsafe(GET_SQL, [(request.params as { id: string }).id], { prepare: true });
    if (!row) return reply.code(404).send();
    return reply
      .headers(HEADERS)
      .headers(rowHeaders(row.updatedAt))
      .header("etag", versionTag(row.row_version))
      .send(row);
  },
);
const querystring = {
  type: "object",
  additionalProperties: false,
  properties: {
    limit: { type: "integer", minimum: 1, maximum: 100 },
    sort: { enum: ["createdAt", "-createdAt"] },
  },
} as const;
app.get("/v1/widgets", { schema: { querystring, response: { 200: page } } }, async (_request, reply) => {
  const rows = await sql.unsafe(LIST_SQL, [], { prepare: true });
  const data = rows.slice(0, 20);
  const page = { nextCursor: data.at(-1)?.id ?? null, prevCursor: null, hasMore: rows.length > 20 };
  return reply.headers(HEADERS).headers(pageHeaders(page.nextCursor)).send({ data, page });
});
await app.listen({ port: 0, host: "127.0.0.1" });
report((app.server.address() as AddressInfo).port);
