import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compile, handle } from "concordat";
import fc from "fast-check";
import "../support/seed.ts";
import { emitOpenApi } from "../../src/contract/emit/index.ts";
import { createEngine } from "../../src/runtime/engine/index.ts";
import { createRestHandler } from "../../src/runtime/protocols/index.ts";
import { createServer } from "../../src/runtime/server/index.ts";
import { databases } from "../support/databases.ts";
import { validContracts } from "../support/generate-contract.ts";
import { http1 } from "../support/http-clients.ts";

for (const database of databases()) {
  describe(`generated contracts on ${database.name}`, () => {
    test("any right contract gets its tables and serves its paths: an answer or a problem, never a 5xx", async () => {
      let asked = 0;
      await fc.assert(
        fc.asyncProperty(validContracts, async (contract) => {
          const model = compile(contract);
          const store = await database.open(model);
          const faults: unknown[] = [];
          const error = (fields: object, message: string) => faults.push({ message, ...fields });
          const engine = createEngine({
            model,
            store,
            logger: { info: () => {}, warn: () => {}, error },
            handlers: (contract.options.operations ?? [])
              .filter(({ spec }) => spec.name === "sendAll" || spec.name === "askOnce")
              .map((operation) => handle(operation, () => Promise.reject(new TypeError("not asked for")))),
          });
          const handler = createRestHandler({ engine, openApi: () => JSON.stringify(emitOpenApi(model)) });
          const server = createServer({ handler });
          const { url } = await server.listen();
          try {
            assert.equal((await http1(`${url}/openapi.json`)).status, 200);
            for (const { http, resource } of Object.values(model.operations)) {
              if (http === undefined || resource === undefined) continue;
              const id = `${model.resources[resource]?.prefix}_01arz3ndektsv4rrffq69g5fav`;
              const path = model.rest.base + http.path.replace(/\{\w+\}/, id);
              const hasBody = !["GET", "DELETE"].includes(http.method);
              const answer = await http1(url + path, {
                method: http.method,
                headers: { "content-type": "application/json" },
                ...(hasBody ? { body: "{}" } : {}),
              });
              const what = `${http.method} ${path}: ${answer.status} ${answer.text}`;
              assert.ok(answer.status < 500, what);
              if (answer.status >= 400)
                assert.match(String(answer.headers["content-type"]), /problem\+json/, what);
              asked++;
            }
            assert.deepEqual(faults, []);
          } finally {
            await server.close();
            await store.close();
          }
        }),
        { numRuns: database.kind === "pglite" ? 6 : 12 },
      );
      assert.ok(asked > 50, `only ${asked} requests`);
    });
  });
}
