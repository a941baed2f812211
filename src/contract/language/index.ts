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
export { type Api, type ApiOptions, api } from "./api.ts";
export { type ErrorDefinition, type ErrorDefinitionOptions, error } from "./error.ts";
export { type EventDefinition, event } from "./event.ts";
export {
  type CommandOptions,
  channel,
  command,
  type Operation,
  type OperationKind,
  type OperationOptions,
  type OperationSpec,
  type QueryOptions,
  query,
  type ResourceMethod,
  stream,
} from "./operation.ts";
export {
  type AnyResource,
  type FilterOperator,
  type Input,
  type ListFilter,
  type ListInput,
  type ListOptions,
  type ListSort,
  type Output,
  type Page,
  type Resource,
  type ResourceOptions,
  type Row,
  resource,
} from "./resource.ts";
