export { codingFor, sendBody } from "./answer.ts";
export { Exchange, type ExchangeHandler, type ExchangeOptions } from "./exchange.ts";
export { checkHeaders, formatHeaderLines } from "./fixed-headers.ts";
export { createGraphqlHandler, type GraphqlHandlerOptions } from "./graphql/index.ts";
export type { HttpRequest, HttpResponse, HttpStream, TrailerWriter, WholeAnswer } from "./http.ts";
export { createRestHandler, type DocumentOptions, type RestOptions, type ServedText } from "./rest/index.ts";
// What loads the rest of the gRPC family, MCP and GraphQL is not here: it is imported when they are first asked for.
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
