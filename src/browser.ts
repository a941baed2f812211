// What `concordat` is in a browser's bundle: what contracts are written with. The rest, which serves them, needs Node.js.
export { ApiError, type Mistake, UsageError, type Violation } from "./base/errors/index.ts";
export {
  type AccessSpec,
  type Api,
  anyone,
  api,
  apiKeys,
  bearerTokens,
  channel,
  command,
  type ErrorDefinition,
  type EventDefinition,
  error,
  errorPart,
  event,
  type Input,
  type ListInput,
  type Operation,
  type Output,
  owner,
  type Page,
  query,
  type Resource,
  type Row,
  resource,
  role,
  self,
  signedIn,
  stream,
  through,
} from "./contract/language/index.ts";
export { compile, type Model } from "./contract/model/index.ts";
export { type Infer, t } from "./contract/schema/index.ts";
