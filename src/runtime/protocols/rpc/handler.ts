import { parseGetQuery } from "../../../wire/connect/index.ts";
import { parseRpcContentType, type RpcContentType, RpcError } from "../../../wire/grpc/index.ts";
import type { Exchange } from "../exchange.ts";
import { send } from "../send.ts";
import { RpcCall } from "./call.ts";
import { CONNECT_STREAM_FORM } from "./connect-stream.ts";
import { CONNECT_UNARY_FORM, sendConnectError } from "./connect-unary.ts";
import type { RpcForm } from "./form.ts";
import { GRPC_FORM } from "./grpc.ts";
import { GRPC_WEB_FORM, GRPC_WEB_TEXT_FORM } from "./grpc-web.ts";
import type { RpcMethod } from "./method.ts";
import { openCall } from "./open-call.ts";
import { serveStream } from "./serve-stream.ts";
import { answer, serveUnary } from "./serve-unary.ts";
import { toRpcError } from "./to-rpc-error.ts";

/** What a handler for RPCs is made of. */
export interface RpcHandlerOptions {
  /** Finds the method at a path, such as `/clinic.v2.SlotService/GetSlot`; asked for most requests, so it must be quick. */
  readonly find: (path: string) => RpcMethod | undefined;
  /** Turns whatever a method or codec threw into the error that the caller is told; must not throw. Default {@link toRpcError}. */
  readonly toRpcError?: (thrown: unknown, requestId: string) => RpcError;
  /** Told of what went wrong while an answer was sent, and of exceptions that were masked. */
  readonly onError?: (exchange: Exchange, thrown: unknown) => void;
}

/** Serves RPCs. */
export interface RpcHandler {
  /** Answers an RPC, now or later; false: the request is none, and nothing has been done about it. */
  take(exchange: Exchange): boolean;
  /** The server begins to close, and still serves: health says so from here on. */
  announceDrain?(): void;
  /** Ends streams that would not end by themselves. */
  drain(): void;
}

const FORMS: Readonly<Record<RpcContentType["form"], RpcForm<RpcCall>>> = {
  grpc: GRPC_FORM,
  "grpc-web": GRPC_WEB_FORM,
  "grpc-web-text": GRPC_WEB_TEXT_FORM,
  "connect-stream": CONNECT_STREAM_FORM,
  "connect-unary": CONNECT_UNARY_FORM,
};

const ACCEPT_POST =
  "application/grpc, application/grpc-web, application/grpc-web-text, application/connect+proto, " +
  "application/connect+json, application/proto, application/json";

/**
 * Makes the handler of the gRPC family. A request is told by its Content-Type, or, since Connect's unary calls look like
 * anybody's JSON, by its path.
 */
export function createRpcHandler(options: RpcHandlerOptions): RpcHandler {
  const { find, toRpcError: normalise = toRpcError, onError = () => {} } = options;
  const endless = new Set<RpcCall>();

  function fail(call: RpcCall, thrown: unknown): void {
    try {
      if (call.hasEnded || call.exchange.gone) return;
      const error = normalise(thrown, call.exchange.requestId);
      if (error.cause !== undefined && error.status === "INTERNAL") onError(call.exchange, thrown);
      call.form.fail(call, error);
    } catch (error) {
      breakOff(call.exchange, error);
    }
  }

  function breakOff(exchange: Exchange, thrown: unknown): void {
    onError(exchange, thrown);
    const { request } = exchange;
    if (request.stream !== undefined) request.stream.close(INTERNAL_ERROR);
    else request.socket.destroy();
  }

  function serve(
    exchange: Exchange,
    method: RpcMethod,
    form: RpcForm<RpcCall>,
    codec: "proto" | "json",
  ): void {
    const call = openCall(exchange, method, form, codec);
    if (call instanceof RpcError) return void refuse(exchange, method, form, codec, call);
    if (method.kind === "unary") return void serveUnary(call, fail);
    if (method.isEndless === true) endless.add(call);
    void serveStream(call, fail).finally(() => endless.delete(call));
  }

  function refuse(
    exchange: Exchange,
    method: RpcMethod,
    form: RpcForm<RpcCall>,
    codec: "proto" | "json",
    error: RpcError,
  ): void {
    fail(new RpcCall(exchange, method, form, codec), error);
  }

  function takeGet(exchange: Exchange, method: RpcMethod): void {
    exchange.rpc = "connect";
    let codec: "proto" | "json" = "json";
    try {
      const query = parseGetQuery(exchange.query);
      codec = query.encoding;
      const call = openCall(exchange, method, CONNECT_UNARY_FORM, codec, query.compression);
      if (call instanceof RpcError) throw call;
      call.onExpired = () =>
        fail(call, new RpcError("DEADLINE_EXCEEDED", "The deadline of the call has passed."));
      call.start();
      if (query.message.length > method.maxRequestBytes)
        throw new RpcError("RESOURCE_EXHAUSTED", "The message is too large.");
      answer(call, query.message, call.requestCoding !== "identity", fail);
    } catch (error) {
      refuse(exchange, method, CONNECT_UNARY_FORM, codec, normalise(error, exchange.requestId));
    }
  }

  function take(exchange: Exchange): boolean {
    const header = exchange.request.headers["content-type"];
    const type = header === undefined ? undefined : parseRpcContentType(header);
    let method: RpcMethod | undefined;
    try {
      if (mayBeMethod(exchange.path)) method = find(exchange.path);
    } catch (error) {
      // Methods are made when they are first asked for; what goes wrong there must not end the process.
      breakOff(exchange, error);
      return true;
    }
    if (method === undefined) {
      if (type === undefined || isAnybodys(header)) return false;
      refuseUnknown(exchange, type);
      return true;
    }
    exchange.operation = method.operation;
    if (exchange.method === "GET" && method.hasNoSideEffects && method.kind === "unary")
      takeGet(exchange, method);
    else if (exchange.method !== "POST") {
      const allow = method.hasNoSideEffects && method.kind === "unary" ? "GET, POST" : "POST";
      sendConnectError(exchange, new RpcError("UNKNOWN", "RPCs are called by POST."), ["Allow", allow], 405);
    } else if (
      type?.encoding === undefined ||
      ((type.form === "connect-unary") !== (method.kind === "unary") && type.form.startsWith("connect"))
    ) {
      send(exchange, 415, ["Accept-Post", ACCEPT_POST, "Cache-Control", "no-store"]);
    } else if (type.form === "grpc" && exchange.response.trailers === undefined) {
      send(exchange, 505, ["Content-Type", "text/plain"], "gRPC needs HTTP/2.");
    } else {
      exchange.rpc = FORMS[type.form].protocol;
      serve(exchange, method, FORMS[type.form], type.encoding);
    }
    return true;
  }

  function refuseUnknown(exchange: Exchange, { form, encoding = "proto" }: RpcContentType): void {
    const error = new RpcError("UNIMPLEMENTED", `There is no method at ${exchange.path}.`);
    if (form === "connect-unary") return void sendConnectError(exchange, error, [], 404);
    if (exchange.method !== "POST") return void send(exchange, 405, ["Allow", "POST"]);
    if (form === "grpc" && exchange.response.trailers === undefined) return void send(exchange, 505, []);
    exchange.rpc = FORMS[form].protocol;
    refuse(exchange, NO_METHOD, FORMS[form], encoding, error);
  }

  return {
    take,
    drain: () => {
      for (const call of endless) call.onStopped?.();
      endless.clear();
    },
  };
}

const INTERNAL_ERROR = 2;

/** Stands for a method that is not there. */
const NO_METHOD: RpcMethod = {
  path: "",
  operation: "none",
  kind: "unary",
  hasNoSideEffects: false,
  maxRequestBytes: 0,
  codecs: {
    proto: { request: { decode: nothing }, response: { encode: () => new Uint8Array(0) } },
    json: { request: { decode: nothing }, response: { encode: () => new Uint8Array(0) } },
  },
};

function nothing(): undefined {}

/** RPC paths have a full name and a method; most other paths are told from them without a look at the table. */
function mayBeMethod(path: string): boolean {
  const slash = path.indexOf("/", 1);
  return slash !== -1 && path.indexOf("/", slash + 1) === -1;
}

/** JSON is sent to other handlers too. */
function isAnybodys(header: string | undefined): boolean {
  return header !== undefined && /^application\/json/i.test(header.trim());
}
