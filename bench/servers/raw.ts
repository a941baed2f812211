import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect, GET_SQL, LIST_SQL, memory, report } from "./shared.ts";

// The floor: node:http, no router, no key check, no validation; the same bytes.
const sql = connect();
const server = createServer(async (request, response) => {
  const url = request.url ?? "";
  const id = url.slice(url.lastIndexOf("/") + 1);
  let body: string;
  if (url.startsWith("/v1/memories/")) {
    body = JSON.stringify(memory.get(id));
  } else if (url.startsWith("/v1/widgets/")) {
    const [row] = await sql.unsafe(GET_SQL, [id], { prepare: true });
    const { row_version: _, ...widget } = row as Record<string, unknown>;
    body = JSON.stringify(widget);
  } else {
    const rows = await sql.unsafe(LIST_SQL, [], { prepare: true });
    const data = rows.slice(0, 20).map(({ row_version: _, ...widget }) => widget);
    body = JSON.stringify({
      data,
      page: { nextCursor: data.at(-1)?.id, prevCursor: null, hasMore: rows.length > 20 },
    });
  }
  response.writeHead(200, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    etag: '"1-000000"',
    "cache-control": "private, no-cache",
    vary: "accept, authorization",
    "x-request-id": "req_01jc0000000000000000000000",
  });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => report((server.address() as AddressInfo).port));
