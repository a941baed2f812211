import { generate } from "selfsigned";
import { createRpcHandler } from "../../../src/runtime/protocols/rpc/index.ts";
import { createServer, type HttpServer } from "../../../src/runtime/server/index.ts";
import type { Case } from "./cases.ts";
import { check } from "./check.ts";
import { call, createTransport, type Target } from "./client.ts";
import { callRaw } from "./raw.ts";
import { createConformanceMethods } from "./service.ts";
import type { Vectors } from "./vectors.ts";

/** What became of one case; no reasons: it passed. */
export interface CaseResult {
  readonly testCase: Case;
  readonly reasons: readonly string[];
}

/** Cases wait most of their time, for deadlines and delays. */
const AT_ONCE = 8;

/** Runs cases against our transport on our port, with and without TLS as they ask for. */
export async function runCases(vectors: Vectors, cases: readonly Case[]): Promise<CaseResult[]> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
  });
  const tls = { ca: cert, cert, key };
  const errors: unknown[] = [];
  const methods = createConformanceMethods(vectors);
  const open = async (mode: Case["tls"]): Promise<{ server: HttpServer; target: Target }> => {
    const server = createServer({
      rpc: createRpcHandler({
        find: (path) => methods.get(path),
        onError: (_, thrown) => errors.push(thrown),
      }),
      handler: (exchange) =>
        exchange.response.writeHead(404, []) === undefined || void exchange.response.end(),
      ...(mode === "none" ? {} : { tls: { cert, key, ...(mode === "client" ? { clientCa: cert } : {}) } }),
    });
    const { url } = await server.listen();
    return { server, target: { url: url.replace("127.0.0.1", "localhost"), tls } };
  };
  const modes = [...new Set(cases.map((testCase) => testCase.tls))];
  const servers = new Map(await Promise.all(modes.map(async (mode) => [mode, await open(mode)] as const)));
  try {
    const results: CaseResult[] = [];
    const waiting = cases.values();
    const work = async () => {
      for (const testCase of waiting) {
        const target = servers.get(testCase.tls)?.target;
        if (target === undefined) throw new TypeError("no server");
        results.push({ testCase, reasons: await runCase(vectors, target, testCase) });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return results;
  } finally {
    await Promise.all([...servers.values()].map(({ server }) => server.close({ deadlineMs: 100 })));
  }
}

const transports = new Map<string, ReturnType<typeof createTransport>>();

async function runCase(vectors: Vectors, target: Target, testCase: Case): Promise<string[]> {
  const { protocol, httpVersion, codec, compression } = testCase;
  try {
    if (testCase.request.rawRequest !== undefined) {
      return check(vectors, testCase, await callRaw(vectors, target, testCase));
    }
    const key = [target.url, testCase.tls, protocol, httpVersion, codec, compression].join();
    const transport = transports.get(key) ?? createTransport(vectors, target, testCase);
    transports.set(key, transport);
    return check(vectors, testCase, await call(vectors, transport, testCase));
  } catch (error) {
    return [`threw ${error}`];
  }
}
