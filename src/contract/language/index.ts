export {
  type AccessSpec,
  type AccessTable,
  anyone,
  owner,
  type RowSpec,
  role,
  self,
  signedIn,
  through,
} from "./access.ts";
export { type Api, type ApiOptions, api, type OnlyTable } from "./api.ts";
export { type AuthenticationSpec, apiKeys, type BearerOptions, bearerTokens } from "./authentication.ts";
export { type ErrorData, type ErrorDefinition, type ErrorDefinitionOptions, error } from "./error.ts";
export { type ErrorPart, type ErrorPartName, type ErrorTemplate, errorPart } from "./error-part.ts";
export { type EventDefinition, event, type PayloadOf } from "./event.ts";
export type { GraphqlLimits, GraphqlOptions } from "./graphql.ts";
export type { HttpOptions, PageAnswer, UnknownFields } from "./http.ts";
export type { FilterOperator, ListFilter, ListInput, ListSort } from "./list-input.ts";
export {
  type CommandOptions,
  channel,
  command,
  type LongRunningOptions,
  type Operation,
  type OperationKind,
  type OperationOptions,
  type OperationSpec,
  type QueryOptions,
  query,
  type ResourceMethod,
  stream,
} from "./operation.ts";
export type { Page } from "./page.ts";
export {
  type AnyResource,
  downloadName,
  type Input,
  type ListOptions,
  type Output,
  type Resource,
  type ResourceOptions,
  type Row,
  resource,
} from "./resource.ts";
export type { ErrorStyle, RestOptions } from "./rest.ts";
export type { RpcOptions } from "./rpc.ts";
export type { CallShape, HandlerShape } from "./shape.ts";
