import assert from "node:assert/strict";
import { test } from "node:test";
import { readDocuments } from "../support/markdown.ts";
import { bundle, kilobytes } from "./bundle.ts";

const CLIENT = 'export { createClient, isError } from "./src/edge/client/index.ts";';
const CONTRACT = 'export { clinic } from "./examples/clinic/contract.ts";';

test("a client and a contract are small in a browser, and docs/guide/client.md says how small", async (t) => {
  const [client, contract, both] = [
    await bundle(CLIENT),
    await bundle(CONTRACT),
    await bundle(CLIENT + CONTRACT),
  ];
  const sizes = [client, contract, both].map(
    ({ bytes, gzipBytes }) => `${kilobytes(bytes)} kB, ${kilobytes(gzipBytes)} kB gzipped`,
  );
  t.diagnostic(sizes.join("; "));
  assert.ok(both.gzipBytes < 30_000, String(sizes[2]));
  const guide = readDocuments().find(({ path }) => path === "docs/guide/client.md")?.text ?? "";
  const said = Number(/together ([\d.]+) kB gzipped/.exec(guide)?.[1]);
  assert.ok(
    Math.abs(said * 1000 - both.gzipBytes) < 0.15 * both.gzipBytes,
    `the guide says ${said}: ${sizes[2]}`,
  );
});

test("neither the compiler nor anything of Node.js is part of them", async () => {
  const { inputs, code } = await bundle(CLIENT + CONTRACT);
  const strangers = inputs.filter(
    (path) =>
      /^src\/(runtime|tools)\//.test(path) || /compile-(fields|access|decoder|encoder)\.ts$/.test(path),
  );
  assert.deepEqual(strangers, []);
  assert.doesNotMatch(code, /node:|new Function|\beval\(/, "pages that forbid eval can use it");
});
