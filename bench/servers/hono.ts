import { randomUUID } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { connect, GET_SQL, ID, LIST_SQL, memory, principalOf, report } from "./shared.ts";

const sql = connect();
const app = new Hono();

app.use("*", async (context, next) => {
  if (!principalOf(context.req.header("authorization")))
    return context.json({ code: "unauthenticated" }, 401);
  return next();
});
const headers = (version: number) => ({
  etag: `"${version}-000000"`,
  "cache-control": "private, no-cache",
  vary: "accept, authorization",
  "x-request-id": randomUUID(),
});
app.get("/v1/memories/:id", (context) => {
  const id = context.req.param("id");
  const found = ID.test(id) ? memory.get(id) : undefined;
  return found ? context.json(found, 200, headers(1)) : context.json({ code: "not_found" }, 404);
});
app.get("/v1/widgets/:id", async (context) => {
  const id = context.req.param("id");
  if (!ID.test(id)) return context.json({ code: "not_found" }, 404);
  const [row] = await sql.unsafe(GET_SQL, [id], { prepare: true });
  if (!row) return context.json({ code: "not_found" }, 404);
  const { row_version: version, ...widget } = row;
  return context.json(widget, 200, headers(Number(version)));
});
app.get("/v1/widgets", async (context) => {
  const limit = Number(context.req.query("limit") ?? 20);
  if (!(limit >= 1 && limit <= 100)) return context.json({ code: "invalid_parameter" }, 400);
  const rows = await sql.unsafe(LIST_SQL, [], { prepare: true });
  const data = rows.slice(0, 20).map(({ row_version: _, ...widget }) => widget);
  const page = { nextCursor: data.at(-1)?.id ?? null, prevCursor: null, hasMore: rows.length > 20 };
  return context.json({ data, page }, 200, headers(1));
});
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, (info) => report(info.port));
