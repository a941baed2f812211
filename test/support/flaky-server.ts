import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a flaky server does with one request. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server that does with each request in turn what it was told, and with the last ones what it was told last. */
export interface FlakyServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Sets what happens from the next request on, and forgets what it has seen. */
  script(...behaviours: readonly Behaviour[]): void;
  close(): Promise<void>;
}

/** Starts a flaky server on a free port. */
export async function startFlakyServer(): Promise<FlakyServer> {
  let behaviours: Behaviour[] = [];
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("error", () => undefined);
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      seen.push({ method, url, headers, body });
      const behave = behaviours.length > 1 ? behaviours.shift() : behaviours[0];
      (behave ?? answer(500))(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    script(...given) {
      behaviours = [...given];
      seen.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON text. */
export function answer(status: number, text = "", headers: Record<string, string> = {}): Behaviour {
  return (_request, response) => {
    const type = status >= 400 ? "application/problem+json" : "application/json";
    response.writeHead(status, { ...(text === "" ? {} : { "Content-Type": type }), ...headers });
    response.end(text);
  };
}

/** Answers with a problem of this code. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): Behaviour {
  return answer(status, JSON.stringify({ code, status, detail: `It is ${code}.` }), headers);
}

/** Breaks the connection without a word. */
export const reset: Behaviour = (request) => request.socket.destroy();

/** Promises more than it sends, then breaks the connection. */
export const halfBody: Behaviour = (request, response) => {
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "1000" });
  response.write('{"id":');
  setImmediate(() => request.socket.destroy());
};

/** Never answers. */
export const silence: Behaviour = () => undefined;
