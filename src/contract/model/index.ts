export { compile } from "./compile.ts";
export type {
  AccessRule,
  ErrorModel,
  EventModel,
  FilterModel,
  HttpModel,
  IndexModel,
  ListModel,
  Model,
  OperationModel,
  OutputModel,
  ResourceModel,
  RowRule,
} from "./model.ts";
