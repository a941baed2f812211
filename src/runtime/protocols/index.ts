export { codingFor, sendBody } from "./answer.ts";
export { Exchange, type ExchangeHandler, type ExchangeOptions } from "./exchange.ts";
export { checkHeaders, formatHeaderLines } from "./fixed-headers.ts";
export type { HttpRequest, HttpResponse, HttpStream, TrailerWriter, WholeAnswer } from "./http.ts";
export { createRestHandler, type DocumentOptions, type RestOptions, type ServedText } from "./rest/index.ts";
// GraphQL, MCP and the gRPC family are not here: they are imported when they are first asked for.
export type {
  RpcCodecs,
  RpcContext,
  RpcHandler,
  RpcHandlerOptions,
  RpcMethod,
  RpcProtocol,
  RpcReply,
  RpcServiceOptions,
} from "./rpc/index.ts";
export { send } from "./send.ts";
export { type ProblemOptions, sendProblem } from "./send-problem.ts";
