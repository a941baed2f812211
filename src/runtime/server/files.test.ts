import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { connect as connectHttp2, constants } from "node:http2";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { type FileService, openFileService } from "../../../test/support/file-service.ts";
import { http1, http2 } from "../../../test/support/http-clients.ts";

let running: FileService;
let ada: Record<string, string>;
let grace: Record<string, string>;
let auditor: Record<string, string>;

before(async () => {
  running = await openFileService({ limits: { bodyTimeoutMs: 1500 } });
  ada = await running.as("ada");
  grace = await running.as("grace");
  auditor = await running.as("bob", "auditor", "admin");
});
after(() => running?.close());

const documents = () => `${running.url}/v1/documents`;

type Part = readonly [name: string, value: string | Uint8Array, file?: { name?: string; type?: string }];

/** A form as browsers and curl write it. */
function form(...parts: readonly Part[]): { headers: Record<string, string>; body: Buffer } {
  const boundary = `----${randomBytes(12).toString("hex")}`;
  const chunks = parts.flatMap(([name, value, file]) => {
    const fileName = file?.name === undefined ? "" : `; filename="${file.name}"`;
    const type = file?.type === undefined ? "" : `Content-Type: ${file.type}\r\n`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${fileName}\r\n${type}\r\n`;
    return [Buffer.from(head), Buffer.from(value), Buffer.from("\r\n")];
  });
  return {
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

const send = async (
  { headers, body }: { headers: Record<string, string>; body: Buffer },
  more: Record<string, string> = ada,
  where = documents(),
  method = "POST",
) => http1(where, { method, headers: { ...headers, ...more }, body });

const TEXT = { name: "a.txt", type: "text/plain" };
const put = async (bytes: Uint8Array | string = "hello", as = ada) => {
  const made = await send(form(["file", bytes, TEXT]), as);
  assert.equal(made.status, 201, made.text);
  return made.json();
};

describe("uploads", () => {
  test("a form makes a row: fields by name, the file's bytes kept as they came", async () => {
    const bytes = randomBytes(250_000);
    const made = await send(
      form(
        ["title", "Zoë’s paper"],
        ["file", bytes, { name: "C:\\fakepath\\Zoë 水.pdf", type: "application/pdf" }],
        ["pages", "12"],
        ["tags", '["a","b"]', { type: "application/json" }],
      ),
    );
    assert.equal(made.status, 201, made.text);
    const { id, file, title, pages, tags, owner } = made.json();
    assert.deepEqual([title, pages, tags, owner], ["Zoë’s paper", 12, ["a", "b"], "ada"]);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const { id: fileId, ...about } = file;
    assert.deepEqual(about, { name: "Zoë 水.pdf", mediaType: "application/pdf", size: 250_000, sha256 });
    assert.match(fileId, /^file_[0-9a-z]{26}$/);
    for (const client of [http1, http2]) {
      const answer = await client(`${documents()}/${id}/file`, { headers: ada });
      assert.equal(answer.status, 200);
      assert.ok(answer.bytes.equals(bytes));
    }
    const read = await http1(`${documents()}/${id}`, { headers: ada });
    assert.deepEqual(read.json().file, file);
  });

  test("over HTTP/2 too, and what is called off leaves nothing", async () => {
    const before = await running.kept();
    const { headers, body } = form(["file", randomBytes(200_000), TEXT]);
    const made = await http2(documents(), { method: "POST", headers: { ...ada, ...headers }, body });
    assert.equal(made.status, 201, made.text);
    const large = await http2(documents(), {
      method: "POST",
      headers: { ...ada, "content-type": "text/plain" },
      body: Buffer.alloc(300_001),
    });
    assert.equal(large.json().code, "payload_too_large");
    const session = connectHttp2(running.url);
    session.on("error", () => {});
    const stream = session.request({ ":method": "POST", ":path": "/v1/documents", ...ada, ...headers });
    stream.on("error", () => {});
    stream.write(body.subarray(0, 150_000));
    await until(async () => (await running.kept()) === before + 2, "the upload is under way");
    stream.close(constants.NGHTTP2_CANCEL);
    await until(async () => (await running.kept()) === before + 1, "nothing is left");
    session.destroy();
  });

  test("the whole body may be the file where nothing else has to come", async () => {
    const headers = {
      ...ada,
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": "attachment; filename*=UTF-8''%E6%B0%B4.csv",
    };
    const made = await http1(documents(), { method: "POST", headers, body: "a,b\r\n" });
    assert.equal(made.status, 201, made.text);
    const { file, title } = made.json();
    assert.deepEqual([title, file.name, file.mediaType, file.size], ["Untitled", "水.csv", "text/csv", 5]);
    const empty = await http1(documents(), {
      method: "POST",
      headers: { ...ada, "content-type": "text/plain" },
      body: "",
    });
    assert.deepEqual([empty.status, empty.json().file.size, empty.json().file.name], [201, 0, "file"]);
  });

  test("a row gets another file, and loses an optional one, by PATCH; PUT needs the file", async () => {
    const row = await put();
    const where = `${documents()}/${row.id}`;
    const cover = await send(
      form(["cover", "png", { name: "c.png", type: "image/png" }]),
      ada,
      where,
      "PATCH",
    );
    assert.equal(cover.status, 200, cover.text);
    assert.deepEqual([cover.json().cover.name, cover.json().file], ["c.png", row.file]);
    const other = await send(form(["file", "other", TEXT]), ada, where, "PATCH");
    assert.notEqual(other.json().file.id, row.file.id);
    assert.equal((await http1(`${where}/file`, { headers: ada })).text, "other");
    const json = { ...ada, "content-type": "application/json" };
    const gone = await http1(where, { method: "PATCH", headers: json, body: '{"cover":null,"title":"T"}' });
    assert.deepEqual([gone.status, gone.json().cover, gone.json().title], [200, undefined, "T"]);
    assert.equal((await http1(`${where}/cover`, { headers: ada })).status, 404);
    const named = await http1(where, {
      method: "PATCH",
      headers: json,
      body: JSON.stringify({ file: row.file }),
    });
    assert.deepEqual(
      [named.status, named.json().errors[0].code],
      [422, "wrong_type"],
      "nobody names another's bytes",
    );
    assert.equal((await send(form(["title", "T"]), ada, where, "PUT")).json().errors[0].pointer, "/file");
  });

  test("a handler reads the bytes of its input, and a query sends a file it writes", async () => {
    const bytes = randomBytes(700_000);
    const measured = await send(
      form(["label", "big"], ["file", bytes, { name: "x", type: "application/octet-stream" }]),
      {},
      `${running.url}/v1/measure`,
    );
    assert.deepEqual(measured.json(), { bytes: "700000", label: "big" });
    const report = await http1(`${running.url}/v1/report?lines=3`, { headers: auditor });
    assert.deepEqual([report.status, report.text], [200, "line 1\nline 2\nline 3\n"]);
    assert.equal(report.headers["content-disposition"], 'attachment; filename="report.txt"');
    assert.equal((await http1(`${running.url}/v1/report?lines=3`, { headers: ada })).status, 403);
  });

  test("a repeated request is told by the file's digest, and keeps one file", async () => {
    const before = await running.kept();
    const headers = { ...ada, "idempotency-key": "upload-1" };
    const first = await send(form(["title", "Once"], ["file", "hello", TEXT]), headers);
    const again = await send(form(["file", "hello", TEXT], ["title", "Once"]), headers);
    assert.equal(first.status, 201);
    assert.equal(again.headers["idempotent-replayed"], "true");
    assert.deepEqual(again.json(), first.json());
    const other = await send(form(["title", "Once"], ["file", "hellO", TEXT]), headers);
    assert.equal(other.json().code, "idempotency_key_reused");
    assert.equal(await running.kept(), before + 1);
  });
});

describe("refused uploads leave nothing", () => {
  const refused = async (
    work: () => Promise<{ status: number; json(): any; text: string }>,
    status: number,
    code: string,
  ) => {
    const before = await running.kept();
    const answer = await work();
    assert.deepEqual([answer.status, answer.json().code], [status, code], answer.text);
    assert.equal(await running.kept(), before);
    return answer;
  };

  test("wrong digests, of the body and of the representation", async () => {
    const digest = (body: string, algorithm = "sha256") =>
      createHash(algorithm).update(body).digest("base64");
    const raw = (headers: Record<string, string>) =>
      http1(documents(), {
        method: "POST",
        headers: { ...ada, "content-type": "text/plain", ...headers },
        body: "hello",
      });
    for (const name of ["content-digest", "repr-digest"]) {
      await refused(() => raw({ [name]: `sha-256=:${digest("other")}:` }), 400, "digest_mismatch");
      await refused(() => raw({ [name]: "sha-256=hello" }), 400, "malformed_request");
      const right = `sha-256=:${digest("hello")}:, sha-512=:${digest("hello", "sha512")}:, md5=:AAAA:`;
      assert.equal((await raw({ [name]: right })).status, 201);
    }
    const both = form(["file", "hello", TEXT]);
    await refused(
      () => send(both, { ...ada, "content-digest": `sha-256=:${digest("x")}:` }),
      400,
      "digest_mismatch",
    );
    const right = createHash("sha256").update(both.body).digest("base64");
    assert.equal((await send(both, { ...ada, "content-digest": `sha-256=:${right}:` })).status, 201);
  });

  test("too large: by its length, and as soon as the limit is passed", async () => {
    const large = Buffer.alloc(2_000_000);
    await refused(() => send(form(["file", large, TEXT])), 413, "payload_too_large");
    const part = await refused(
      () => send(form(["file", large.subarray(0, 300_001), TEXT])),
      413,
      "payload_too_large",
    );
    assert.deepEqual(part.json().data, { maxBytes: 300_000 });
    await refused(
      () =>
        http1(documents(), {
          method: "POST",
          headers: { ...ada, "content-type": "text/plain" },
          body: large,
        }),
      413,
      "payload_too_large",
    );
    await refused(
      () => streamed({ ...ada, "content-type": "text/plain" }, 10_000_000),
      413,
      "payload_too_large",
    );
    const { headers } = form();
    await refused(
      () => streamed({ ...ada, ...headers }, 10_000_000, form(["file", "", TEXT]).body),
      400,
      "malformed_request",
    );
  });

  test("forms that are none", async () => {
    const good = form(["title", "T"], ["file", "hello", TEXT]);
    const cut = { ...good, body: good.body.subarray(0, -30) };
    await refused(() => send(cut), 400, "malformed_request");
    await refused(
      () => send({ headers: { "content-type": "multipart/form-data" }, body: good.body }),
      400,
      "malformed_request",
    );
    await refused(() => send({ ...good, body: Buffer.from("hello") }), 400, "malformed_request");
    await refused(() => send(form(["file", "a", TEXT], ["file", "b", TEXT])), 422, "invalid_input");
    await refused(() => send(form(["file", "a", TEXT], ["other", "b", TEXT])), 422, "invalid_input");
    await refused(() => send(form(["file", "a", TEXT], ["__proto__", "b"])), 422, "invalid_input");
    await refused(() => send(form(["file", "a", { ...TEXT, type: "image/png" }])), 422, "invalid_input");
    await refused(() => send(form(["file", "a", TEXT], ["pages", "0"])), 422, "invalid_input");
    await refused(() => send(form(["file", "a", TEXT], ["tags", "[1"])), 400, "malformed_request");
    await refused(
      () => send(form(["file", "a", TEXT], ["title", Buffer.from([0xff])])),
      400,
      "malformed_request",
    );
    // The number of parts, or the first that nobody knows: what comes first depends on how the bytes arrive.
    const many = Array.from({ length: 30 }, (_, at): Part => [`p${at}`, "x"]);
    const before = await running.kept();
    assert.ok([400, 422].includes((await send(form(["file", "a", TEXT], ...many))).status));
    assert.equal(await running.kept(), before);
    const json = { headers: { "content-type": "application/json" }, body: Buffer.from('{"file":"aGk="}') };
    await refused(() => send(json), 415, "unsupported_media_type");
    await refused(
      () => send({ headers: { "content-type": "image/png" }, body: Buffer.from("x") }),
      415,
      "unsupported_media_type",
    );
    await refused(
      () => send({ ...good, headers: { ...good.headers, "content-encoding": "gzip" } }),
      415,
      "unsupported_media_type",
    );
  });

  test("who may not call is told before the bytes come", async () => {
    const headers = { "content-type": "text/plain", expect: "100-continue" };
    const sent: string[] = [];
    const ask = (more: Record<string, string>) =>
      new Promise<{ status: number; json(): any; text: string }>((resolve, reject) => {
        const asking = request(
          documents(),
          { method: "POST", agent: false, headers: { ...headers, ...more } },
          (response) => {
            let text = "";
            response.on("data", (chunk) => (text += chunk));
            response.on("end", () => {
              asking.destroy();
              resolve({ status: response.statusCode ?? 0, text, json: () => JSON.parse(text) });
            });
          },
        );
        asking.on("continue", () => {
          sent.push("continue");
          asking.end("hello");
        });
        asking.on("error", reject);
        asking.flushHeaders();
      });
    await refused(() => ask({}), 401, "unauthenticated");
    await refused(() => ask({ authorization: "Bearer ck_live_nobody" }), 401, "unauthenticated");
    assert.deepEqual(sent, []);
    assert.equal((await ask(ada)).status, 201);
    assert.deepEqual(sent, ["continue"]);
  });

  test("a sender that stops, one that is too slow, and one that goes", async () => {
    await refused(
      () => streamed({ ...ada, "content-type": "text/plain" }, 1000, undefined, "stop"),
      408,
      "request_timeout",
    );
    const before = await running.kept();
    const { port } = running;
    const socket = connect({ port, host: "127.0.0.1" });
    const { headers, body } = form(["file", randomBytes(200_000), TEXT]);
    socket.write(
      `POST /v1/documents HTTP/1.1\r\nHost: x\r\nAuthorization: ${ada.authorization}\r\n` +
        `Content-Type: ${headers["content-type"]}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, 150_000));
    await until(async () => (await running.kept()) === before + 1, "the upload is under way");
    socket.destroy();
    await until(async () => (await running.kept()) === before, "nothing is left");
  });
});

describe("downloads", () => {
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 256));
  let where: string;
  let etag: string;

  before(async () => {
    where = `${documents()}/${(await put(bytes)).id}/file`;
    etag = String((await http1(where, { headers: ada })).headers.etag);
  });
  const get = (headers: Record<string, string>, method = "GET", client = http1) =>
    client(where, { method, headers: { ...ada, ...headers } });

  test("are attachments that nothing takes for anything else", async () => {
    const answer = await get({});
    const { headers } = answer;
    assert.equal(headers["content-type"], "text/plain");
    assert.equal(headers["content-length"], "1000");
    assert.equal(headers["content-disposition"], 'attachment; filename="a.txt"');
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["content-security-policy"], "default-src 'none'; sandbox");
    assert.equal(headers["accept-ranges"], "bytes");
    assert.equal(headers["repr-digest"], `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`);
    assert.match(headers["cache-control"] ?? "", /^private/);
    assert.match(String(headers.vary), /Authorization/);
  });

  test("one range, of either end", async () => {
    for (const client of [http1, http2]) {
      for (const [range, start, end] of [
        ["bytes=0-0", 0, 1],
        ["bytes=100-199", 100, 200],
        ["bytes=990-", 990, 1000],
        ["bytes=-10", 990, 1000],
        ["bytes=500-9999", 500, 1000],
      ] as const) {
        const answer = await get({ range }, "GET", client);
        assert.equal(answer.status, 206);
        assert.equal(answer.headers["content-range"], `bytes ${start}-${end - 1}/1000`);
        assert.equal(answer.headers["content-length"], String(end - start));
        assert.ok(answer.bytes.equals(bytes.subarray(start, end)));
      }
    }
  });

  test("several ranges are the parts of one body", async () => {
    const answer = await get({ range: "bytes=0-9, 500-509, -5" });
    assert.equal(answer.status, 206);
    const boundary = /^multipart\/byteranges; boundary=(.+)$/.exec(
      String(answer.headers["content-type"]),
    )?.[1];
    assert.equal(answer.headers["content-length"], String(answer.bytes.length));
    const parts = answer.bytes.toString("latin1").split(`\r\n--${boundary}`);
    assert.deepEqual([parts[0], parts.at(-1)], ["", "--\r\n"]);
    for (const [at, [start, end]] of [
      [0, 10],
      [500, 510],
      [995, 1000],
    ].entries()) {
      const [head, body] = (parts[at + 1] ?? "").split("\r\n\r\n");
      assert.equal(head, `\r\nContent-Type: text/plain\r\nContent-Range: bytes ${start}-${end! - 1}/1000`);
      assert.ok(Buffer.from(body ?? "", "latin1").equals(bytes.subarray(start, end)));
    }
  });

  test("impossible, overlapping and broken ranges are 416 with the size", async () => {
    for (const range of [
      "bytes=1000-",
      "bytes=-0",
      "bytes=5-2",
      "bytes=a-b",
      "bytes=0-5,3-9",
      `bytes=${"0-0,".repeat(20)}`,
    ]) {
      const answer = await get({ range });
      assert.deepEqual([answer.status, answer.json().code], [416, "range_not_satisfiable"], range);
      assert.equal(answer.headers["content-range"], "bytes */1000");
    }
    assert.equal((await get({ range: "lines=0-1" })).status, 200);
  });

  test("conditions: If-None-Match, If-Match, If-Range; HEAD has the same headers", async () => {
    assert.equal((await get({ "if-none-match": etag })).status, 304);
    assert.equal((await get({ "if-none-match": `"x", W/${etag}` })).status, 304);
    assert.equal((await get({ "if-match": '"x"' })).status, 412);
    assert.equal((await get({ "if-match": etag })).status, 200);
    const range = "bytes=0-9";
    assert.equal((await get({ range, "if-range": etag })).status, 206);
    assert.equal((await get({ range, "if-range": '"x"' })).status, 200);
    assert.equal((await get({ range, "if-range": `W/${etag}` })).status, 200);
    assert.equal((await get({ range, "if-range": "Sun, 01 Jan 2017 00:00:00 GMT" })).status, 200);
    const [head, whole] = [await get({ range }, "HEAD"), await get({})];
    assert.deepEqual([head.status, head.bytes.length], [200, 0]);
    for (const name of ["content-length", "etag", "content-type", "accept-ranges", "repr-digest"]) {
      assert.equal(head.headers[name], whole.headers[name], name);
    }
  });

  test("who may not see the row, or the field, does not get its file", async () => {
    assert.equal((await http1(where, { headers: grace })).status, 403);
    assert.equal((await http1(where, {})).status, 401);
    const made = await send(form(["file", "x", TEXT], ["audit", "secret", TEXT]), auditor);
    assert.equal(made.status, 201, made.text);
    const audit = `${documents()}/${made.json().id}/audit`;
    assert.equal((await http1(audit, { headers: auditor })).text, "secret");
    const admin = await running.as("root", "admin");
    assert.equal((await http1(audit, { headers: admin })).status, 403);
    assert.equal(
      (await http1(`${documents()}/doc_00000000000000000000000001/file`, { headers: admin })).status,
      404,
    );
    assert.equal(
      (await http1(`${documents()}/doc_00000000000000000000000001/file`, { headers: ada })).status,
      404,
    );
  });

  test("a reader that goes away lets go of the file", async () => {
    const large = await put(randomBytes(300_000));
    const target = `/v1/documents/${large.id}/file`;
    for (let times = 0; times < 20; times++) {
      const socket = connect({ port: running.port, host: "127.0.0.1" });
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${ada.authorization}\r\n\r\n`);
      await new Promise((resolve) => socket.once("data", resolve));
      socket.destroy();
    }
    const again = await http1(running.url + target, { headers: ada });
    assert.equal(again.bytes.length, 300_000);
  });
});

/** Sends a body of unknown length: `size` bytes after `first`, or all of them and no end. */
function streamed(headers: Record<string, string>, size: number, first?: Buffer, stop?: "stop") {
  return new Promise<{ status: number; json(): any; text: string }>((resolve, reject) => {
    let answered = false;
    const sending = request(documents(), { method: "POST", agent: false, headers }, (response) => {
      answered = true;
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text, json: () => JSON.parse(text) });
        sending.destroy();
      });
    });
    // The server may close once it has answered, while the rest is still being sent.
    sending.on("error", (error) => answered || reject(error));
    if (first !== undefined) sending.write(first);
    const chunk = Buffer.alloc(50_000);
    const write = (left: number) => {
      if (answered) return;
      if (left > 0) sending.write(chunk.subarray(0, left), () => write(left - chunk.length));
      else if (stop === undefined) sending.end();
    };
    write(size);
  });
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
