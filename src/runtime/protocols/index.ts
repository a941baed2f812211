export { codingFor, sendBody } from "./answer.ts";
export { Exchange, type ExchangeHandler, type ExchangeOptions } from "./exchange.ts";
export { formatHeaderLines } from "./fixed-headers.ts";
export type { HttpRequest, HttpResponse, WholeAnswer } from "./http.ts";
export { createRestHandler, type DocumentOptions, type RestOptions } from "./rest/index.ts";
export { send } from "./send.ts";
export { type ProblemOptions, sendProblem } from "./send-problem.ts";
