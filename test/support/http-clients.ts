import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect as connectHttp2, constants } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";

/** A request to a test server. */
export interface TestRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** Body as JSON. */
  json(): any;
}

/** Sends one request on a connection of its own, and closes it. */
export type TestClient = (url: string, request?: TestRequest) => Promise<TestAnswer>;

function answer(status: number, headers: IncomingHttpHeaders, chunks: readonly Buffer[]): TestAnswer {
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString("utf8");
  return { status, headers, bytes, text, json: () => JSON.parse(text) };
}

/** HTTP/1.1, in cleartext or over TLS as the URL says; certificates are not checked. */
export const http1: TestClient = (url, { method = "GET", headers = {}, body } = {}) =>
  new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const request = send(url, { method, headers, agent: false, rejectUnauthorized: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(answer(response.statusCode ?? 0, response.headers, chunks)));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });

/** HTTP/2, with prior knowledge in cleartext, by ALPN over TLS. */
export const http2: TestClient = (url, { method = "GET", headers = {}, body } = {}) =>
  new Promise((resolve, reject) => {
    const { origin, pathname, search } = new URL(url);
    const session = connectHttp2(origin, { rejectUnauthorized: false });
    session.on("error", reject);
    const stream = session.request(
      { ":method": method, ":path": pathname + search, ...headers },
      { endStream: body === undefined },
    );
    let status = 0;
    let received: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    stream.on("response", (responseHeaders) => {
      status = Number(responseHeaders[constants.HTTP2_HEADER_STATUS]);
      received = responseHeaders;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      session.close();
      resolve(answer(status, received, chunks));
    });
    stream.on("error", reject);
    if (body !== undefined) stream.end(body);
  });

/** A raw connection: what was sent back so far, and a promise of its end. */
export interface RawConnection {
  readonly socket: Socket;
  received(): string;
  /** Resolves with everything received when the server closes the connection; rejects after `withinMs`. */
  closed(withinMs?: number): Promise<string>;
  /** Resolves when what was received matches. */
  until(pattern: RegExp, withinMs?: number): Promise<string>;
}

/** Opens a raw connection and writes to it. */
export function openRaw(port: number, text = ""): RawConnection {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let seen = "";
  let reset: string | undefined;
  socket.on("data", (chunk) => {
    seen += chunk.toString("latin1");
  });
  socket.on("error", (error) => {
    reset = error.message;
  });
  // The server's end ends the connection; half-closing by the client is done with socket.end().
  socket.on("end", () => socket.end());
  if (text !== "") socket.write(text, "latin1");
  const wait = (event: string, isDone: () => boolean, withinMs: number) =>
    new Promise<string>((resolve, reject) => {
      const timer = setTimeout(
        () => finish(new Error(`no ${event} in ${withinMs} ms; received: ${seen}`)),
        withinMs,
      );
      const finish = (error?: Error) => {
        clearTimeout(timer);
        socket.off("close", check).off("data", check);
        if (error === undefined) resolve(seen);
        else reject(error);
      };
      const check = () => {
        if (isDone()) finish();
        else if (socket.closed) finish(new Error(`closed (${reset ?? "cleanly"}); received: ${seen}`));
      };
      socket.on("close", check).on("data", check);
      check();
    });
  return {
    socket,
    received: () => seen,
    closed: (withinMs = 60_000) => wait("close", () => socket.closed, withinMs),
    until: (pattern, withinMs = 60_000) => wait(String(pattern), () => pattern.test(seen), withinMs),
  };
}
