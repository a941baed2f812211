import { request } from "node:http";

/** What a server answered: status, headers and body as bytes of text. */
export interface BenchAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** Values that differ from answer to answer or from server to server by their nature; what they are worth is the same. */
const VARYING = new Set(["date", "x-request-id", "etag", "content-length"]);

/** Sent with rows and pages only, with values of each server's own. */
const MORE = new Set(["last-modified", "link"]);

/** Asks a server once, with the given API key. */
export function ask(port: number, path: string, apiKey: string): Promise<BenchAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        path,
        host: "127.0.0.1",
        headers: { authorization: `Bearer ${apiKey}`, connection: "keep-alive" },
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("end", () => {
          const headers = Object.entries(response.headers)
            .filter(([name]) => !MORE.has(name))
            .map(([name, value]) => (VARYING.has(name) ? name : `${name}: ${value}`))
            .sort()
            .join("\n")
            // Fastify adds it whatever is set.
            .replace("application/json; charset=utf-8", "application/json");
          // A cursor is each server's own.
          resolve({
            status: response.statusCode ?? 0,
            headers,
            body: body.replace(/("nextCursor":)"[^"]*"/, '$1"..."'),
          });
          sent.destroy();
        });
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}

/** Says in what an answer differs from the first server's; undefined where it is the same. */
export function difference(first: BenchAnswer, other: BenchAnswer): string | undefined {
  for (const part of ["status", "headers", "body"] as const) {
    if (first[part] !== other[part]) return `${part}:\n${other[part]}\ninstead of\n${first[part]}`;
  }
  return undefined;
}
