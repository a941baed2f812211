import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createFileRegistry, type DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { compile } from "concordat";
import { newId } from "../../src/base/lib/index.ts";
import { describeProto } from "../../src/contract/proto/index.ts";
import { toFileDescriptorSet } from "../../src/wire/grpc/index.ts";
import { bench } from "../fixture.ts";
import { logger, memory, principalOf, report } from "../servers/shared.ts";
import { readFileSet } from "./read-file-set.ts";

// The same work as Concordat, the message by @bufbuild/protobuf, as everybody's who uses connect-node.
const files = createFileRegistry(readFileSet(toFileDescriptorSet(describeProto(compile(bench)))));
const service = files.getService("bench.v1.MemoryService");
if (service === undefined) throw new RangeError("there is one service");
const ID = /^mem_[0-9a-hjkmnp-tv-z]{26}$/;

function timestamp(text: string): object {
  return { seconds: BigInt(Date.parse(text) / 1000), nanos: 0 };
}

const adapter = connectNodeAdapter({
  routes: (router) => {
    const methods: Record<string, (request: { readonly id?: string }, context: HandlerContext) => object> = {
      getMemory: (request, context) => {
        const startedAt = performance.now();
        const requestId = newId("req", Date.now());
        context.responseHeader.set("x-request-id", requestId);
        if (principalOf(context.requestHeader.get("authorization") ?? undefined) === undefined) {
          throw new ConnectError("no key", Code.Unauthenticated);
        }
        if (!ID.test(request.id ?? "")) throw new ConnectError("no id", Code.InvalidArgument);
        const found = memory.get(request.id ?? "");
        if (found === undefined) throw new ConnectError("no row", Code.NotFound);
        logger.info(
          { requestId, operation: "memory.get", code: 0, durationMs: performance.now() - startedAt },
          "request",
        );
        const { createdAt, updatedAt, ...rest } = found;
        return { memory: { ...rest, createdAt: timestamp(createdAt), updatedAt: timestamp(updatedAt) } };
      },
    };
    // The service is known at run time only, so its methods have no types of their own.
    router.service(service, methods as unknown as Partial<ServiceImpl<DescService>>);
  },
});
const server = createServer(adapter);
server.listen(0, "127.0.0.1", () => report((server.address() as AddressInfo).port));
