import { defineSchema } from "./define-schema.ts";

/** The messages of google/rpc/error_details.proto that errors carry. */
export const ERROR_DETAILS = defineSchema({
  package: "google.rpc",
  path: "google/rpc/error_details.proto",
  imports: ["google/protobuf/duration.proto"],
  messages: {
    ErrorInfo: { reason: [1, "string"], domain: [2, "string"], metadata: [3, "string{}"] },
    RetryInfo: { retry_delay: [1, "duration"] },
    QuotaFailure: { violations: [1, "QuotaFailure.Violation[]"] },
    "QuotaFailure.Violation": { subject: [1, "string"], description: [2, "string"] },
    BadRequest: { field_violations: [1, "BadRequest.FieldViolation[]"] },
    "BadRequest.FieldViolation": { field: [1, "string"], description: [2, "string"], reason: [3, "string"] },
    RequestInfo: { request_id: [1, "string"], serving_data: [2, "string"] },
  },
});
