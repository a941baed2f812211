export { type AtomicBatch, type BatchScope, failedDependency } from "./atomic-batch.ts";
export type { Authenticate, AuthenticationContext, Caller } from "./authenticate.ts";
export type { BatchOptions } from "./batch.ts";
export type {
  ApiKeyCredentials,
  BearerCredentials,
  Call,
  CallMeta,
  Credentials,
  Failure,
  Idempotency,
  Outcome,
  Precondition,
  Principal,
  Success,
} from "./call.ts";
export type { Db, DbQuestion, DbReadOptions, HandlerContext, InsertValues } from "./context.ts";
export { createEngine, type Engine } from "./engine.ts";
export { type FileAbout, type Files, storeFile } from "./files.ts";
export { type Handler, type HandlerResult, handle, operationId } from "./handle.ts";
export type { Offer, OfferQuestion } from "./offer.ts";
export type { RunnerOptions } from "./operation-runner-options.ts";
export type { LeasedOperation, LeaseOptions, OperationStore } from "./operation-store.ts";
export type { Account, EngineOptions } from "./options.ts";
export type {
  ApiKeyRecord,
  ApiKeyStore,
  Authenticator,
  ClaimResult,
  Clock,
  Expansion,
  FileStore,
  GetManyOptions,
  GetOptions,
  IdempotencyClaim,
  ListManyPlan,
  ListPlan,
  Logger,
  OutboxEvent,
  RowAccess,
  Session,
  SessionScope,
  StepLock,
  StepRecord,
  StepStore,
  Store,
  StoredAnswer,
  StoredFile,
  StoredPage,
  StoredRow,
} from "./ports.ts";
export type { Progress } from "./progress.ts";
export {
  DENIED,
  type Denied,
  type ListQuestion,
  type ListSelection,
  type RefSelection,
  type RowSelection,
  type SelectedPage,
  type SelectedRow,
} from "./select.ts";
export {
  type SeedContext,
  type Service,
  type ServiceOptions,
  service,
  type TrustedDocuments,
} from "./service.ts";
export type { StepContext, StepFunction, StepOptions } from "./step-options.ts";
export {
  type CallSpan,
  fromOpenTelemetry,
  type OpenTelemetryApi,
  type SpanAttributes,
  type Tracer,
} from "./tracer.ts";
