export { actionsOf } from "./actions-of.ts";
export { compile } from "./compile.ts";
export type {
  AccessRule,
  AnswerModel,
  AuthenticationModel,
  BatchModel,
  ErrorModel,
  ErrorStyleModel,
  ErrorTemplateModel,
  EventModel,
  FileOutput,
  FilterModel,
  GraphqlLimitsModel,
  GraphqlModel,
  HttpModel,
  IndexModel,
  ListModel,
  LongRunningModel,
  Model,
  OperationModel,
  OutputModel,
  PagePart,
  RelationModel,
  ResourceModel,
  RestModel,
  RowRule,
} from "./model.ts";
export { MAX_RESULT_BYTES, OPERATION, OPERATION_TABLE } from "./operation-resource.ts";
export { type OperationOutline, type Outline, outline } from "./outline.ts";
export { prefixesOf } from "./prefixes-of.ts";
export { answersMany, changesData, takesMessages } from "./streaming.ts";
