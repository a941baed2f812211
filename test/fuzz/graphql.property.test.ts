import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import "../support/seed.ts";
import { http1 } from "../support/http-clients.ts";
import { type ServedClinic, serveClinic } from "../support/serve-clinic.ts";

let clinic: ServedClinic;
const failures: unknown[] = [];
before(async () => {
  const logger = { info: () => {}, warn: () => {}, error: (details: unknown) => failures.push(details) };
  clinic = await serveClinic(undefined, { logger });
});
after(() => clinic?.close());

const word = fc.constantFrom(
  ..."query mutation subscription fragment F on Query Provider Slot Node { } { } ( ) [ ] ... $a : ! = | & @ @skip(if: $a) @include(if: true)".split(
    " ",
  ),
  ..."providers provider slots appointments nodes edges node pageInfo id name __typename __schema types first last after filter sort".split(
    " ",
  ),
  ...'1 -1 1e400 0.1 null true OPEN NAME_ASC "prv_0" "\\u0000" """block""" # , \uFEFF 🏥'.split(" "),
);
const soup = fc.array(word, { maxLength: 60 }).map((words) => words.join(" "));

/** Documents of the clinic's types, right but for a wrong name now and then. */
const typed = fc.letrec<{ provider: string; slot: string }>((tie) => {
  const setOf = (field: fc.Arbitrary<string>) =>
    fc.array(field, { minLength: 1, maxLength: 4 }).map((fields) => `{ ${fields.join(" ")} }`);
  const leaf = (...names: string[]) =>
    fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.constant("wrong") },
    );
  return {
    provider: setOf(
      fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        leaf("id", "name", "__typename", "specialty", "n: name", "...F", "id @skip(if: true)"),
        tie("slot").map((set) => `slots(first: 2) { nodes ${set} pageInfo { endCursor } }`),
        tie("provider").map((set) => `... on Provider ${set}`),
      ),
    ),
    slot: setOf(
      fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        leaf("id", "status", "startsAt", "providerId", "__typename", "s: status"),
        tie("provider").map((set) => `provider ${set}`),
      ),
    ),
  };
});
const likely = fc
  .tuple(typed.provider, typed.slot)
  .map(
    ([provider, slot]) =>
      `query ($n: Int = 2) { providers(first: $n) { nodes { ...F } edges { node ${provider} } } slots(first: 1) { nodes ${slot} } } fragment F on Provider { id name }`,
  );

const json = fc.json({ maxDepth: 4 });
const variables = fc.oneof(
  json,
  fc.constant('{"n":1}'),
  fc.constant('{"n":"1"}'),
  fc.constant('{"n":9007199254740993}'),
);

const body = fc.oneof(
  likely.map((query) => JSON.stringify({ query, variables: { n: 1 } })),
  fc
    .tuple(fc.oneof(soup, likely, fc.string({ unit: "binary" })), variables)
    .map(([query, given]) => `{"query":${JSON.stringify(query)},"variables":${given}}`),
  json,
  fc.string(),
  fc
    .record({ query: fc.anything(), operationName: fc.anything(), extensions: fc.anything() })
    .map((value) => {
      try {
        return JSON.stringify(value) ?? "";
      } catch {
        return "{}";
      }
    }),
);

test("whatever comes as a body is answered: with data or with errors that have a code, and never as our fault", async (t) => {
  let withData = 0;
  await fc.assert(
    fc.asyncProperty(body, fc.boolean(), async (text, signed) => {
      const answer = await http1(`${clinic.url}/graphql`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/graphql-response+json",
          ...(signed ? { authorization: `Bearer ${clinic.keys.admin}` } : {}),
        },
        body: text,
      });
      assert.ok([200, 400, 401].includes(answer.status), `${answer.status} ${answer.text.slice(0, 300)}`);
      const { data, errors = [] } = answer.json();
      assert.ok(data !== undefined || errors.length > 0);
      if (data) withData++;
      for (const { message, extensions } of errors) {
        assert.ok(typeof message === "string" && message.length > 0);
        assert.ok(
          typeof extensions?.code === "string" && extensions.code !== "internal",
          JSON.stringify(errors),
        );
      }
    }),
    { numRuns: 500 },
  );
  t.diagnostic(`${withData} of 500 were answered with data`);
  assert.ok(withData > 5, "some of what is sent is right");
  assert.deepEqual(failures, []);
});

test("whatever stands in the URL is answered, too", async () => {
  const query = fc.oneof(
    fc.webQueryParameters(),
    fc
      .tuple(fc.oneof(soup, likely), variables)
      .map(([text, given]) => String(new URLSearchParams({ query: text, variables: given }))),
  );
  await fc.assert(
    fc.asyncProperty(query, async (text) => {
      const answer = await http1(`${clinic.url}/graphql?${text}`);
      assert.ok(
        [200, 400, 405, 414].includes(answer.status),
        `${answer.status} ${answer.text.slice(0, 300)}`,
      );
      assert.ok(answer.json());
    }),
    { numRuns: 200 },
  );
  assert.deepEqual(failures, []);
});
