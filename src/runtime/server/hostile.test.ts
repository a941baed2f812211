import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { openRaw } from "../../../test/support/http-clients.ts";
import { openLibrary, type TestLibrary } from "../../../test/support/library.ts";

const HOST = "Host: a\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";

/** Requests that two readers might understand differently, or that are no HTTP at all. */
const REFUSED: Readonly<Record<string, string>> = {
  "Content-Length and Transfer-Encoding": `POST /v1/measure HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "Transfer-Encoding and Content-Length": `POST /v1/measure HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
  "two different lengths": `POST /v1/measure HTTP/1.1\r\n${HOST}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`,
  "the same length twice": `POST /v1/measure HTTP/1.1\r\n${HOST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
  "a list of lengths": `POST /v1/measure HTTP/1.1\r\n${HOST}Content-Length: 2, 2\r\n\r\n{}`,
  "a signed length": `POST /v1/measure HTTP/1.1\r\n${HOST}Content-Length: +2\r\n\r\n{}`,
  "a negative length": `POST /v1/measure HTTP/1.1\r\n${HOST}Content-Length: -2\r\n\r\n{}`,
  "a hexadecimal length": `POST /v1/measure HTTP/1.1\r\n${HOST}Content-Length: 0x2\r\n\r\n{}`,
  "an overlong length": `POST /v1/measure HTTP/1.1\r\n${HOST}Content-Length: 99999999999999999999\r\n\r\n{}`,
  "an unknown transfer coding": `POST /v1/measure HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  "chunked that is not last": `POST /v1/measure HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  "chunked twice": `POST /v1/measure HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
  "a coding hidden behind a tab": `POST /v1/measure HTTP/1.1\r\n${HOST}Transfer-Encoding:\tchunked\u000b\r\n\r\n0\r\n\r\n`,
  "space before the colon": `POST /v1/measure HTTP/1.1\r\n${HOST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
  "space before the first header": `POST /v1/measure HTTP/1.1\r\n Transfer-Encoding: chunked\r\n${HOST}\r\n0\r\n\r\n`,
  "a folded header": `GET /v1/books HTTP/1.1\r\n${HOST}X-A: b\r\n c\r\n\r\n`,
  "bare line feeds": "GET /v1/books HTTP/1.1\nHost: a\n\n",
  "a bare line feed between headers": `GET /v1/books HTTP/1.1\r\n${HOST}X-A: b\nX-C: d\r\n\r\n`,
  "a bare carriage return in a header": `GET /v1/books HTTP/1.1\r\n${HOST}X-A: b\rX-C: d\r\n\r\n`,
  "NUL in a header": `GET /v1/books HTTP/1.1\r\n${HOST}X-A: b\0c\r\n\r\n`,
  "a header name with a space": `GET /v1/books HTTP/1.1\r\n${HOST}X A: b\r\n\r\n`,
  "an empty header name": `GET /v1/books HTTP/1.1\r\n${HOST}: b\r\n\r\n`,
  "no Host": "GET /v1/books HTTP/1.1\r\n\r\n",
  "two Hosts": `GET /v1/books HTTP/1.1\r\n${HOST}Host: b\r\n\r\n`,
  "two Authorizations": `GET /v1/books HTTP/1.1\r\n${HOST}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`,
  "two Content-Types": `POST /v1/measure HTTP/1.1\r\n${HOST}${JSON_TYPE}content-type: text/plain\r\nContent-Length: 2\r\n\r\n{}`,
  "an unknown method": `SPIN /v1/books HTTP/1.1\r\n${HOST}\r\n`,
  "a method in lower case": `get /v1/books HTTP/1.1\r\n${HOST}\r\n`,
  "no HTTP version": "GET /v1/books\r\n\r\n",
  "another HTTP version": `GET /v1/books HTTP/3.0\r\n${HOST}\r\n`,
  "a space in the target": `GET /v1/books x HTTP/1.1\r\n${HOST}\r\n`,
  "a control character in the target": `GET /v1/books\u0001 HTTP/1.1\r\n${HOST}\r\n`,
  "an authority as target": `GET example.com:80 HTTP/1.1\r\n${HOST}\r\n`,
  "a body with GET": `GET /v1/books HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\n{}`,
  "a bad chunk size": `POST /v1/measure HTTP/1.1\r\n${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n`,
  "a chunk size with a sign": `POST /v1/measure HTTP/1.1\r\n${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n`,
  "a chunk longer than it says": `POST /v1/measure HTTP/1.1\r\n${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n0\r\n\r\n`,
  "chunks with bare line feeds": `POST /v1/measure HTTP/1.1\r\n${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n`,
  "no HTTP at all": "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001",
};

describe("hostile requests", () => {
  let library: TestLibrary;

  before(async () => {
    library = await openLibrary();
  });
  after(() => library.close());
  beforeEach(() => {
    library.calls.length = 0;
  });

  for (const [name, text] of Object.entries(REFUSED)) {
    test(`${name}: 400, and nothing is done`, async () => {
      const connection = openRaw(library.port, text);
      await connection.until(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*\r\n\r\n\{.*\}/);
      const [head = "", body = ""] = connection.received().split("\r\n\r\n");
      assert.match(head, /content-type: application\/problem\+json/i);
      assert.match(head, /x-request-id: req_/i);
      assert.equal(JSON.parse(body).code, "malformed_request");
      assert.equal(library.calls.length, 0);
      connection.socket.destroy();
    });
  }

  test("a request smuggled behind a refused one is not seen", async () => {
    const inner = `POST /v1/tidy-up HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\n`;
    const connection = openRaw(
      library.port,
      `POST /v1/measure HTTP/1.1\r\n${HOST}Content-Length: ${inner.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    );
    const seen = await connection.closed();
    assert.equal(seen.match(/^HTTP\/1\.1 \d/gm)?.length, 1);
    assert.equal(library.calls.length, 0);
  });

  test("bad bytes behind a good request do not take the place of its answer", async () => {
    let finish: (() => void) | undefined;
    const slow = await openLibrary({
      execute: () =>
        new Promise((resolve) => {
          finish = () => resolve({ ok: true, kind: "none", value: undefined, replayed: false });
        }),
    });
    const good = `POST /v1/tidy-up HTTP/1.1\r\n${HOST}TE: trailers\r\n\r\n`;
    const connection = openRaw(slow.port, `${good}GARBAGE\r\n\r\n`);
    while (finish === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(connection.received(), "");
    finish();
    const seen = await connection.closed();
    assert.match(seen, /^HTTP\/1\.1 204/);
    assert.equal(seen.match(/^HTTP\/1\.1 \d/gm)?.length, 1);
    finish = undefined;
    const plain = openRaw(slow.port, `POST /v1/tidy-up HTTP/1.1\r\n${HOST}\r\nGARBAGE\r\n\r\n`);
    while (finish === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(plain.received(), "");
    (finish as () => void)();
    assert.match(await plain.closed(), /^HTTP\/1\.1 204[\s\S]*\r\n\r\nHTTP\/1\.1 400/);
    await slow.close();
  });

  test("an absolute target is a path like any other; OPTIONS * is answered", async () => {
    const absolute = openRaw(
      library.port,
      `GET http://a/v1/books?limit=1 HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    );
    assert.match(await absolute.closed(), /^HTTP\/1\.1 200/);
    const star = openRaw(library.port, `OPTIONS * HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
    assert.match(await star.closed(), /^HTTP\/1\.1 204/);
  });

  test("dot segments are not resolved, CONNECT is refused, HTTP/1.0 is served", async () => {
    const get = async (text: string) => (await openRaw(library.port, text).closed()).slice(0, 12);
    assert.equal(
      await get(`GET /v1/x/../books HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`),
      "HTTP/1.1 404",
    );
    assert.equal(await get(`CONNECT a:80 HTTP/1.1\r\n${HOST}\r\n`), "HTTP/1.1 405");
    assert.equal(await get("GET /v1/books HTTP/1.0\r\n\r\n"), "HTTP/1.1 200");
  });

  test("an upgrade to what is not spoken is ignored", async () => {
    const text = `GET /v1/books HTTP/1.1\r\n${HOST}Connection: Upgrade, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`;
    assert.match(await openRaw(library.port, text).closed(), /^HTTP\/1\.1 200/);
  });
});
