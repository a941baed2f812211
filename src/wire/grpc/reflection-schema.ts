import type { ProtoSchema } from "../../contract/proto/index.ts";
import { defineSchema } from "./define-schema.ts";

/** grpc/reflection/<version>/reflection.proto; `v1` and `v1alpha` differ in their package alone. */
export function reflectionSchema(version: "v1" | "v1alpha"): ProtoSchema {
  return defineSchema({
    package: `grpc.reflection.${version}`,
    path: `grpc/reflection/${version}/reflection.proto`,
    messages: {
      ServerReflectionRequest: {
        host: [1, "string"],
        file_by_filename: [3, "string"],
        file_containing_symbol: [4, "string"],
        file_containing_extension: [5, "ExtensionRequest"],
        all_extension_numbers_of_type: [6, "string"],
        list_services: [7, "string"],
      },
      ExtensionRequest: { containing_type: [1, "string"], extension_number: [2, "int32"] },
      ServerReflectionResponse: {
        valid_host: [1, "string"],
        original_request: [2, "ServerReflectionRequest"],
        file_descriptor_response: [4, "FileDescriptorResponse"],
        all_extension_numbers_response: [5, "ExtensionNumberResponse"],
        list_services_response: [6, "ListServiceResponse"],
        error_response: [7, "ErrorResponse"],
      },
      FileDescriptorResponse: { file_descriptor_proto: [1, "bytes[]"] },
      ExtensionNumberResponse: { base_type_name: [1, "string"], extension_number: [2, "int32[]"] },
      ListServiceResponse: { service: [1, "ServiceResponse[]"] },
      ServiceResponse: { name: [1, "string"] },
      ErrorResponse: { error_code: [1, "int32"], error_message: [2, "string"] },
    },
    services: {
      ServerReflection: {
        ServerReflectionInfo: ["ServerReflectionRequest", "ServerReflectionResponse", "bidi-stream"],
      },
    },
  });
}
