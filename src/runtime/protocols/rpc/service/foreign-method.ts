import type { ProtoMethod, ProtoSchema } from "../../../../contract/proto/index.ts";
import type { ProtoCodecs } from "../../../../wire/grpc/index.ts";
import type { RpcMethod } from "../method.ts";

/** How a method of a service that gRPC itself has defined is answered. */
export type ForeignAnswer = Pick<RpcMethod, "unary" | "stream" | "isEndless">;

/** As large as a name in a request of these services can be. */
const MAX_REQUEST_BYTES = 16_384;

/** Makes the methods of services that gRPC itself has defined, by path. */
export function createForeignMethods(
  schema: ProtoSchema,
  codecs: ProtoCodecs,
  answers: Readonly<Record<string, ForeignAnswer>>,
): ReadonlyMap<string, RpcMethod> {
  const methods = Object.values(schema.methods).flatMap((method): [string, RpcMethod][] => {
    const answer = answers[method.name];
    return answer === undefined ? [] : [[method.path, toMethod(method, codecs, answer)]];
  });
  return new Map(methods);
}

function toMethod(method: ProtoMethod, codecs: ProtoCodecs, answer: ForeignAnswer): RpcMethod {
  const { path, kind, hasNoSideEffects, request, response } = method;
  return {
    path,
    operation: path.slice(1),
    kind,
    hasNoSideEffects,
    maxRequestBytes: MAX_REQUEST_BYTES,
    codecs: {
      proto: { request: codecs.proto(request), response: codecs.proto(response) },
      json: { request: codecs.json(request), response: codecs.json(response) },
    },
    ...answer,
  };
}
