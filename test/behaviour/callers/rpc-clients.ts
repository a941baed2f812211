import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import {
  type DescMethod,
  type DescMethodUnary,
  fromBinary,
  type Message,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { parseJson } from "../../../src/base/lib/index.ts";
import {
  type RpcFailure,
  type RpcRegistry,
  readDetails,
  readStatusDetails,
} from "../../support/rpc-registry.ts";

/** A unary call as its protocol carries it. */
export interface RpcQuestion {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What came back: ProtoJSON, or an error; and what stood in headers and trailers. */
export interface RpcAnswer {
  readonly json?: any;
  readonly failure?: RpcFailure;
  readonly metadata: (name: string) => string | undefined;
}

/** A client of one protocol, which others have written. */
export interface RpcClient {
  call(method: DescMethod, message: Message, question: RpcQuestion): Promise<RpcAnswer>;
  /** Sends JSON as it is, for what no typed client can say. */
  sendJson(method: DescMethod, text: string, question: RpcQuestion): Promise<RpcAnswer>;
  close(): void;
}

export function pathOf({ parent, name }: DescMethod): string {
  return `/${parent.typeName}/${name}`;
}

/** Calls with @grpc/grpc-js. */
export function createGrpcClient(registry: RpcRegistry, url: string): RpcClient {
  const client = new Client(new URL(url).host, credentials.createInsecure());
  let session: ClientHttp2Session | undefined;
  // The service closes connections that rest for long, as other places' scenarios run.
  const connected = () => {
    if (session === undefined || session.destroyed || session.closed) session = connectHttp2(url);
    return session;
  };
  return {
    call: (method, message, { headers, timeoutMs, signal }) =>
      new Promise((resolve) => {
        const metadata = new Metadata();
        for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
        let first = new Metadata();
        const call = client.makeUnaryRequest(
          pathOf(method),
          (sent: Message) => Buffer.from(toBinary(method.input, sent)),
          (bytes: Buffer) => fromBinary(method.output, bytes),
          message,
          metadata,
          timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
          (error: ServiceError | null, answer?: Message) => {
            const read = (name: string) => text(error?.metadata?.get(name)[0] ?? first.get(name)[0]);
            if (error === null) return resolve({ json: toJson(method.output, answer!), metadata: read });
            const [status] = error.metadata.get("grpc-status-details-bin");
            const details = status === undefined ? [] : readStatusDetails(status as Buffer);
            resolve({
              failure: { code: error.code, message: error.details, details: readDetails(registry, details) },
              metadata: read,
            });
          },
        );
        call.on("metadata", (received: Metadata) => {
          first = received;
        });
        signal?.addEventListener("abort", () => call.cancel());
      }),
    sendJson: (method, json, question) =>
      new Promise((resolve, reject) => {
        const { headers } = question;
        const stream = connected().request({
          ":method": "POST",
          ":path": pathOf(method),
          "content-type": "application/grpc+json",
          te: "trailers",
          ...headers,
          ...timeoutHeader("grpc", question),
        });
        let head: IncomingHttpHeaders = {};
        let trailers: IncomingHttpHeaders = {};
        const chunks: Buffer[] = [];
        stream
          .on("response", (received) => {
            head = received;
          })
          .on("trailers", (received: IncomingHttpHeaders) => {
            trailers = received;
          })
          .on("data", (chunk: Buffer) => chunks.push(chunk))
          .on("error", reject)
          .on("end", () => {
            const all = { ...head, ...trailers };
            resolve(readFramed(registry, Buffer.concat(chunks), (name) => text(all[name])));
          });
        stream.end(frame(json));
      }),
    close() {
      client.close();
      session?.close();
    },
  };
}

/** Calls with Connect's library: gRPC-Web, or Connect, its messages in binary and in JSON by turns. */
export function createConnectClient(
  registry: RpcRegistry,
  url: string,
  protocol: "grpc-web" | "connect",
): RpcClient {
  const shared = { baseUrl: url, httpVersion: "1.1", useHttpGet: true } as const;
  const transports = [true, false].map(
    (useBinaryFormat): Transport =>
      protocol === "connect"
        ? createConnectTransport({ ...shared, useBinaryFormat })
        : createGrpcWebTransport({ ...shared, useBinaryFormat }),
  );
  let turn = 0;
  return {
    async call(method, message, { headers, timeoutMs, signal }) {
      const transport = transports[turn++ % transports.length]!;
      try {
        const unary = method as DescMethodUnary;
        const answer = await transport.unary(unary, signal, timeoutMs, headers, message);
        const read = (name: string) => answer.header.get(name) ?? answer.trailer.get(name) ?? undefined;
        return { json: toJson(method.output, answer.message), metadata: read };
      } catch (thrown) {
        const error = ConnectError.from(thrown);
        const details = error.details.flatMap((detail) =>
          "type" in detail ? [detail as { type: string; value: Uint8Array }] : [],
        );
        return {
          failure: {
            code: error.code,
            message: error.rawMessage,
            details: readDetails(registry, details),
          },
          metadata: (name) => error.metadata.get(name) ?? undefined,
        };
      }
    },
    async sendJson(method, json, question) {
      const isWeb = protocol === "grpc-web";
      const response = await fetch(url + pathOf(method), {
        method: "POST",
        headers: {
          "content-type": isWeb ? "application/grpc-web+json" : "application/json",
          ...question.headers,
          ...timeoutHeader(protocol, question),
        },
        body: isWeb ? frame(json) : json,
        signal: question.signal ?? null,
      });
      const body = Buffer.from(await response.arrayBuffer());
      const head = (name: string) => response.headers.get(name) ?? undefined;
      if (isWeb) return readFramed(registry, body, head);
      const parsed: any = parseJson(body.toString());
      if (response.ok) return { json: parsed, metadata: head };
      const details = (parsed.details ?? []).map(({ type, value }: { type: string; value: string }) => ({
        type,
        value: Buffer.from(value, "base64"),
      }));
      const code = Object.entries(Code).find(([name]) => snake(name) === parsed.code)?.[1];
      return {
        failure: {
          code: Number(code),
          message: parsed.message ?? "",
          details: readDetails(registry, details),
        },
        metadata: head,
      };
    },
    close() {},
  };
}

function snake(name: string): string {
  return name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

function timeoutHeader(protocol: string, { timeoutMs }: RpcQuestion): Record<string, string> {
  if (timeoutMs === undefined) return {};
  return protocol === "connect"
    ? { "connect-timeout-ms": String(timeoutMs) }
    : { "grpc-timeout": `${timeoutMs}m` };
}

function frame(json: string): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(json);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** Reads one message and, in gRPC-Web, the trailers behind it. */
function readFramed(
  registry: RpcRegistry,
  body: Buffer,
  head: (name: string) => string | undefined,
): RpcAnswer {
  const trailers = new Map<string, string>();
  let json: unknown;
  for (let at = 0; at < body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    const content = body.toString("utf8", at + 5, end);
    if (body[at] === 0) json = parseJson(content);
    else
      for (const line of content.split("\r\n"))
        trailers.set(
          line.slice(0, line.indexOf(":")).toLowerCase(),
          line.slice(line.indexOf(":") + 1).trim(),
        );
    at = end;
  }
  const metadata = (name: string) => trailers.get(name) ?? head(name);
  const status = Number(metadata("grpc-status") ?? "2");
  if (status === 0) return { json, metadata };
  const details = readStatusDetails(Buffer.from(metadata("grpc-status-details-bin") ?? "", "base64"));
  const message = decodeURIComponent(metadata("grpc-message") ?? "");
  return { failure: { code: status, message, details: readDetails(registry, details) }, metadata };
}

function text(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}
