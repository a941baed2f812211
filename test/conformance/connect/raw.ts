import { request as httpRequest } from "node:http";
import { connect } from "node:http2";
import { request as httpsRequest } from "node:https";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { create } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { type Case, COMPRESSIONS } from "./cases.ts";
import type { Target } from "./client.ts";
import { readAnswer } from "./read-answer.ts";
import type { Vectors } from "./vectors.ts";

/** A whole HTTP answer, whatever its protocol. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly trailers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Sends a case's raw request, which no client library would, and says what came, as a `ClientResponseResult`. */
export async function callRaw(vectors: Vectors, target: Target, testCase: Case): Promise<any> {
  const raw = testCase.request.rawRequest;
  const headers: Record<string, string> = {};
  for (const { name, value } of [...raw.headers, ...testCase.request.requestHeaders])
    headers[name] = value.join(", ");
  const query = [...raw.rawQueryParams, ...raw.encodedQueryParams];
  if (query.length > 0) throw new TypeError("No case has had a query so far.");
  const body = bodyOf(vectors, raw);
  const send = testCase.httpVersion === "2" ? sendHttp2 : sendHttp1;
  const answer = await send(target, raw.verb, raw.uri, headers, body);
  const { error, payloads } = readAnswer(vectors, testCase, answer);
  return create(vectors.message("ClientResponseResult"), {
    httpStatusCode: answer.status,
    payloads,
    ...(error === undefined ? {} : { error }),
  } as any);
}

function bodyOf(vectors: Vectors, raw: any): Buffer {
  if (raw.body.case === "unary") return contentsOf(vectors, raw.body.value);
  if (raw.body.case !== "stream") return Buffer.alloc(0);
  return Buffer.concat(
    raw.body.value.items.map(({ flags, length, payload }: any) => {
      const message = contentsOf(vectors, payload);
      const head = Buffer.alloc(5);
      head[0] = flags;
      head.writeUInt32BE(length ?? message.length, 1);
      return Buffer.concat([head, message]);
    }),
  );
}

function contentsOf(vectors: Vectors, contents: any): Buffer {
  const { case: kind, value } = contents?.data ?? {};
  const bytes =
    kind === "text"
      ? Buffer.from(value)
      : kind === "binaryMessage"
        ? Buffer.from(value.value)
        : Buffer.from(value ?? []);
  // The message must be one that the descriptors know.
  if (kind === "binaryMessage" && anyUnpack(value, vectors.registry) === undefined)
    throw new TypeError("unknown message");
  switch (COMPRESSIONS[(contents?.compression ?? 0) as keyof typeof COMPRESSIONS]) {
    case "gzip":
      return gzipSync(bytes);
    case "br":
      return brotliCompressSync(bytes);
    case "zstd":
      return zstdCompressSync(bytes);
    default:
      return bytes;
  }
}

type Send = (
  target: Target,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Buffer,
) => Promise<RawAnswer>;

const sendHttp2: Send = (target, method, path, headers, body) =>
  new Promise((resolve, reject) => {
    const session = connect(target.url, { ca: target.tls.ca });
    session.on("error", reject);
    const stream = session.request(
      { ":method": method, ":path": path, ...lowerCase(headers) },
      { endStream: false },
    );
    const answer = { status: 0, headers: {}, trailers: {} };
    const chunks: Buffer[] = [];
    stream.on("response", (given) => {
      answer.status = Number(given[":status"]);
      answer.headers = flat(given);
    });
    stream.on("trailers", (given) => {
      answer.trailers = flat(given);
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("close", () => {
      session.close();
      resolve({ ...answer, body: Buffer.concat(chunks) });
    });
    stream.end(body);
  });

const sendHttp1: Send = (target, method, path, headers, body) =>
  new Promise((resolve, reject) => {
    const send = target.url.startsWith("https:") ? httpsRequest : httpRequest;
    const request = send(
      `${target.url}${path}`,
      { method, headers, agent: false, ca: target.tls.ca },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: flat(response.headers),
            trailers: flat(response.trailers),
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    request.on("error", reject);
    request.end(body);
  });

function flat(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
