import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { generate } from "selfsigned";
import { http1, http2, openRaw } from "../../../test/support/http-clients.ts";
import { BOOK, openLibrary, type TestLibrary } from "../../../test/support/library.ts";

describe("one port over TLS", () => {
  let library: TestLibrary;

  before(async () => {
    const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
      keySize: 2048,
    });
    library = await openLibrary({ server: { tls: { cert, key }, limits: { headersTimeoutMs: 300 } } });
  });
  after(() => library.close());

  test("HTTP/2 and HTTP/1.1 by ALPN, with the same answers", async () => {
    assert.match(library.url, /^https:/);
    const path = `${library.url}/v1/books/${BOOK}`;
    const [one, two] = [await http1(path), await http2(path)];
    assert.equal(one.status, 200);
    assert.equal(two.status, 200);
    assert.equal(one.text, two.text);
    assert.equal(one.headers.etag, two.headers.etag);
  });

  test("a client without ALPN speaks HTTP/1.1", async () => {
    const socket = connectTls({ port: library.port, rejectUnauthorized: false });
    socket.write("GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let seen = "";
    for await (const chunk of socket) seen += chunk;
    assert.equal(socket.alpnProtocol, false);
    assert.match(seen, /^HTTP\/1\.1 200 /);
  });

  test("versions before TLS 1.2 and cleartext are refused; the limits hold", async () => {
    const old = connectTls({
      port: library.port,
      rejectUnauthorized: false,
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
    });
    await assert.rejects(new Promise((_, reject) => old.once("error", reject)));
    const plain = openRaw(library.port, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.doesNotMatch(await plain.closed(), /^HTTP/);
    const slow = connectTls({ port: library.port, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
    slow.write("GET /livez HTTP/1.1\r\n");
    let seen = "";
    for await (const chunk of slow) seen += chunk;
    assert.match(seen, /^HTTP\/1\.1 408 /);
    assert.equal((await http2(`${library.url}/livez`)).status, 200);
  });
});

describe("Debian's curl", () => {
  const run = promisify(execFile);
  const folder = mkdtempSync(join(tmpdir(), "curl-"));
  const largeFile = join(folder, "large");
  let library: TestLibrary;

  before(async () => {
    writeFileSync(largeFile, "x".repeat(2_000_000));
    library = await openLibrary();
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await library.close();
  });

  const curl = async (...args: string[]) => (await run("curl", ["-sS", ...args])).stdout;
  const hasCurl = async () => {
    try {
      return (await curl("--version")).includes("HTTP2");
    } catch {
      return false;
    }
  };

  for (const option of ["--http1.1", "--http2-prior-knowledge", "--http2", "--http1.0"]) {
    test(`reads, writes and compresses with ${option}`, async (context) => {
      if (!(await hasCurl())) return context.skip("curl with HTTP/2 is not installed");
      const base = [option, "-H", "Authorization: Bearer admin"];
      const list = await curl(
        ...base,
        "--compressed",
        `${library.url}/v1/books?status=new&createdAt[gte]=2020-01-01T00:00:00Z`,
        "-g",
      );
      assert.equal(JSON.parse(list).status ?? 200, 400, "createdAt is not a filter of books");
      const made = await curl(
        ...base,
        ...["-w", "%{http_code}", "-H", "Content-Type: application/json", "-H", "Idempotency-Key: curl-1"],
        ...["-d", '{"note":"hello"}', `${library.url}/v1/measure`],
      );
      assert.equal(made, '{"length":5}200');
      const large = await curl(
        ...base,
        ...["-w", "%{http_code}", "-H", "Content-Type: application/json", "--data-binary", `@${largeFile}`],
        `${library.url}/v1/measure`,
      );
      assert.match(large, /payload_too_large.*413$/);
    });
  }
});
