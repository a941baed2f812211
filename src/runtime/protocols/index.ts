export { codingFor, sendBody } from "./answer.ts";
export { Exchange, type ExchangeHandler, type ExchangeOptions } from "./exchange.ts";
export { checkHeaders, formatHeaderLines } from "./fixed-headers.ts";
export { createGraphqlHandler, type GraphqlHandlerOptions } from "./graphql/index.ts";
export type { HttpRequest, HttpResponse, HttpStream, TrailerWriter, WholeAnswer } from "./http.ts";
export { createRestHandler, type DocumentOptions, type RestOptions, type ServedText } from "./rest/index.ts";
export {
  createRpcHandler,
  createRpcService,
  type RpcCodecs,
  type RpcContext,
  type RpcHandler,
  type RpcHandlerOptions,
  type RpcMethod,
  type RpcProtocol,
  type RpcReply,
  type RpcServiceOptions,
} from "./rpc/index.ts";
export { send } from "./send.ts";
export { type ProblemOptions, sendProblem } from "./send-problem.ts";
