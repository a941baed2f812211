import { Agent, type RequestOptions, request } from "node:http";
import { connect, constants } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";

/** What clients of a load saw. */
export interface LoadResult {
  answered: number;
  /** Requests without the answer that was expected, each in words. */
  readonly failures: string[];
}

/** Sends what `next` says, one after the other, until `isOver`; an answer counts where its status is below 300. */
export interface LoadOptions {
  readonly url: string;
  readonly isOver: () => boolean;
  readonly next: () => LoadRequest;
}

export interface LoadRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request that hangs is a failure too. */
const TIMEOUT_MS = 60_000;

/** A client that keeps its one HTTP/1.1 connection, or opens one for each request. */
export async function http1Load(
  { url, isOver, next }: LoadOptions,
  keepAlive: boolean,
  result: LoadResult,
): Promise<void> {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  const { hostname, port } = new URL(url);
  while (!isOver()) {
    const { method, path, headers = {}, body } = next();
    count(result, await sendHttp1({ hostname, port, agent, method, path, headers }, body));
  }
  agent.destroy();
}

/** One request over HTTP/1.1: its status, or what went wrong. */
export function sendHttp1(options: RequestOptions, body?: string): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = request({ ...options, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", (error) => resolve(error.message));
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.on("error", (error) => resolve(error.message));
    sent.end(body);
  });
}

/** A client with an HTTP/2 session and two requests at a time; opens the next session when the server says GOAWAY. */
export async function http2Load({ url, isOver, next }: LoadOptions, result: LoadResult): Promise<void> {
  let session = connect(url);
  const open = () => {
    if (session.closed || session.destroyed) {
      session = connect(url);
      session.on("error", (error) => result.failures.push(`session: ${error.message}`));
    }
    return session;
  };
  session.on("error", (error) => result.failures.push(`session: ${error.message}`));
  const send = () =>
    new Promise<number | string | undefined>((resolve) => {
      const { method, path, headers = {}, body } = next();
      const stream = open().request(
        { ":method": method, ":path": path, ...headers },
        { endStream: body === undefined },
      );
      let status: number | undefined;
      stream.setTimeout(TIMEOUT_MS, () => stream.close(constants.NGHTTP2_CANCEL));
      stream.on("response", (received) => {
        status = received[":status"];
      });
      stream.on("error", (error) => {
        // Refused after GOAWAY: nothing was done, and it may be sent elsewhere (RFC 9113 section 8.7).
        resolve(stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ? undefined : error.message);
      });
      stream.on("close", () => resolve(status ?? "closed without an answer"));
      stream.resume();
      if (body !== undefined) stream.end(body);
    });
  const sendAll = async () => {
    while (!isOver()) {
      const answer = await send();
      if (answer === undefined) await sleep(1);
      else count(result, answer);
    }
  };
  await Promise.all([sendAll(), sendAll()]);
  session.close();
}

function count(result: LoadResult, answer: number | string): void {
  if (typeof answer === "number" && answer >= 200 && answer < 300) result.answered++;
  else result.failures.push(String(answer));
}
