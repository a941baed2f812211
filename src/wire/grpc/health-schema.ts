import { defineSchema } from "./define-schema.ts";

/** grpc/health/v1/health.proto of gRPC's health checking protocol. */
export const HEALTH = defineSchema({
  package: "grpc.health.v1",
  path: "grpc/health/v1/health.proto",
  messages: {
    HealthCheckRequest: { service: [1, "string"] },
    HealthCheckResponse: { status: [1, "HealthCheckResponse.ServingStatus"] },
    HealthListRequest: {},
    HealthListResponse: { statuses: [1, "HealthCheckResponse{}"] },
  },
  enums: {
    "HealthCheckResponse.ServingStatus": {
      zero: "UNKNOWN",
      values: { SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 },
    },
  },
  services: {
    Health: {
      Check: ["HealthCheckRequest", "HealthCheckResponse", "unary"],
      List: ["HealthListRequest", "HealthListResponse", "unary"],
      Watch: ["HealthCheckRequest", "HealthCheckResponse", "server-stream"],
    },
  },
});
