import { createProtoCodecs, HEALTH, RpcError } from "../../../../wire/grpc/index.ts";
import type { RpcContext, RpcMethod, RpcReply } from "../method.ts";
import { createForeignMethods } from "./foreign-method.ts";

/** What the health of services is told from. */
export interface HealthOptions {
  /** Rejects while something that calls need is missing: the same that `/readyz` asks. */
  readonly ready: () => Promise<void>;
  /** Full names of the services there are. */
  readonly services: () => readonly string[];
}

/** The service grpc.health.v1.Health. */
export interface Health {
  readonly methods: ReadonlyMap<string, RpcMethod>;
  /** From now on nothing is serving; those who watch are told, and their streams end. */
  drain(): void;
}

type Status = "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";

/** Milliseconds between two looks for those who watch, and how long one look may take. */
const LOOK_MS = 1000;
const LOOK_TIMEOUT_MS = 2000;

/**
 * Makes gRPC's health checking: a service is serving when the server is ready for calls, the empty name stands for all of
 * them. Open to everyone, as `/readyz` is. Many who watch share one look.
 */
export function createHealth({ ready, services }: HealthOptions): Health {
  let isDraining = false;
  let looking: Promise<boolean> | undefined;
  const waiting = new Set<() => void>();

  const look = (): Promise<boolean> => {
    looking ??= isReady(ready).finally(() => {
      setTimeout(() => {
        looking = undefined;
      }, LOOK_MS / 2).unref();
    });
    return looking;
  };
  const statusOf = async (service: string): Promise<Status> => {
    if (service !== "" && !services().includes(service)) return "SERVICE_UNKNOWN";
    return !isDraining && (await look()) ? "SERVING" : "NOT_SERVING";
  };

  const check = async (request: unknown): Promise<RpcReply> => {
    const service = serviceOf(request);
    const status = await statusOf(service);
    if (status === "SERVICE_UNKNOWN") {
      throw new RpcError("NOT_FOUND", `There is no service ${JSON.stringify(service.slice(0, 100))}.`);
    }
    return { message: { status } };
  };
  const list = async (): Promise<RpcReply> => {
    const names = ["", ...services()];
    const all = await Promise.all(
      names.map(async (name) => [name, { status: await statusOf(name) }] as const),
    );
    return { message: { statuses: Object.fromEntries(all) } };
  };
  async function* watch(
    requests: AsyncIterable<unknown>,
    { signal }: RpcContext,
  ): AsyncGenerator<unknown, void> {
    for await (const request of requests) {
      const service = serviceOf(request);
      for (let told: Status | undefined; !signal.aborted; ) {
        const status = await statusOf(service);
        if (status !== told) yield { status };
        told = status;
        if (isDraining) throw new RpcError("UNAVAILABLE", "The server is closing; watch another one.");
        await pause(signal);
      }
    }
  }
  const pause = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        waiting.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, LOOK_MS);
      waiting.add(end);
      signal.addEventListener("abort", end);
      if (isDraining || signal.aborted) end();
    });

  return {
    methods: createForeignMethods(HEALTH, createProtoCodecs(HEALTH), {
      Check: { unary: check },
      List: { unary: list },
      Watch: { stream: watch },
    }),
    drain() {
      isDraining = true;
      for (const end of [...waiting]) end();
    },
  };
}

async function isReady(ready: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), LOOK_TIMEOUT_MS);
  });
  const found = ready().then(
    () => true,
    () => false,
  );
  return Promise.race([found, late]).finally(() => clearTimeout(timer));
}

function serviceOf(request: unknown): string {
  const isNamed = typeof request === "object" && request !== null && "service" in request;
  return isNamed ? String(request.service) : "";
}
