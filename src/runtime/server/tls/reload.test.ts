import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, before, beforeEach, describe, test } from "node:test";
import { connect } from "node:tls";
import { promisify } from "node:util";
import { generate } from "selfsigned";
import { http1, http2 } from "../../../../test/support/http-clients.ts";
import { openLibrary, type TestLibrary } from "../../../../test/support/library.ts";
import { until } from "../../../../test/support/until.ts";
import type { UsageError } from "../../../base/errors/index.ts";
import { createServer } from "../create-server.ts";

const run = promisify(execFile);

interface Pair {
  readonly cert: string;
  readonly key: string;
}

async function makePair(name: string, days = 30): Promise<Pair> {
  const notBeforeDate = new Date(Date.now() - 60 * 86_400_000);
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    keySize: 2048,
    notBeforeDate,
    notAfterDate: new Date(Date.now() + days * 86_400_000),
  });
  return { cert, key };
}

/** Name in the certificate that a new connection is shown. */
function nameShown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

describe("certificates in files", () => {
  let folder: string;
  let place: { certFile: string; keyFile: string };
  let library: TestLibrary;
  let lines: (readonly [level: string, fields: any, message: string])[];
  let pairs: Record<"one" | "two" | "old", Pair>;

  before(async () => {
    pairs = { one: await makePair("one"), two: await makePair("two"), old: await makePair("old", -1) };
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "mcp-tls-"));
    place = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
    write(pairs.one);
    lines = [];
    const keep = (level: string) => (fields: object, message: string) =>
      void lines.push([level, fields, message]);
    const logger = { info: keep("info"), warn: keep("warn"), error: keep("error") };
    library = await openLibrary({ server: { tls: place, logger } });
  });
  afterEach(async () => {
    await library.close();
    rmSync(folder, { recursive: true });
  });

  function write({ cert, key }: Pair): void {
    writeFileSync(place.certFile, cert);
    writeFileSync(place.keyFile, key);
  }
  const told = (level: string) => lines.filter(([each]) => each === level).map(([, , message]) => message);

  test("a new pair serves new connections, and those that are there go on", async () => {
    assert.equal(await nameShown(library.port), "one");
    const session = connectHttp2(library.url, { rejectUnauthorized: false });
    const ask = () =>
      new Promise<number>((resolve, reject) => {
        const stream = session.request({ ":path": "/livez" });
        stream.once("response", (headers) => resolve(Number(headers[":status"])));
        stream.once("error", reject);
        stream.resume();
      });
    assert.equal(await ask(), 200);
    write(pairs.two);
    await until("the new certificate", async () => (await nameShown(library.port)) === "two");
    assert.equal(await ask(), 200, "on the connection of before");
    session.close();
    assert.ok(told("info").includes("certificate replaced"));
    assert.ok(!JSON.stringify(lines).includes("PRIVATE KEY"), "keys are not logged");
  });

  test("a link that comes to lead elsewhere is followed, as certificates of clusters are renewed", async () => {
    await library.close();
    for (const name of ["one", "two"] as const) {
      writeFileSync(join(folder, `${name}.crt`), pairs[name].cert);
      writeFileSync(join(folder, `${name}.key`), pairs[name].key);
    }
    const link = (name: string) => {
      for (const kind of ["crt", "key"]) {
        symlinkSync(join(folder, `${name}.${kind}`), join(folder, `next.${kind}`));
        renameSync(join(folder, `next.${kind}`), join(folder, `tls.${kind}`));
      }
    };
    link("one");
    library = await openLibrary({
      server: { tls: { certFile: join(folder, "tls.crt"), keyFile: join(folder, "tls.key") } },
    });
    assert.equal(await nameShown(library.port), "one");
    link("two");
    await until("the new certificate", async () => (await nameShown(library.port)) === "two");
  });

  test("what is not sound is told to the log, and the old pair stays until a sound one comes", async () => {
    for (const bad of [
      { cert: "no certificate", key: pairs.two.key },
      { cert: pairs.two.cert, key: pairs.one.key },
      { cert: "", key: "" },
      pairs.old,
    ]) {
      const before = told("error").length;
      write(bad);
      await library.server.reloadCertificate();
      assert.equal(told("error").length, before + 1);
      assert.equal(await nameShown(library.port), "one");
    }
    rmSync(place.keyFile);
    await library.server.reloadCertificate();
    assert.equal(await nameShown(library.port), "one");
    write(pairs.two);
    await until("the new certificate", async () => (await nameShown(library.port)) === "two");
  });

  test("a certificate whose key comes later waits for it, and nothing is said of it", async () => {
    writeFileSync(place.certFile, pairs.two.cert);
    await new Promise((resolve) => setTimeout(resolve, 300));
    writeFileSync(place.keyFile, pairs.two.key);
    await until("the new certificate", async () => (await nameShown(library.port)) === "two");
    assert.deepEqual(told("error"), []);
  });

  test("rolling the certificate under load fails no request", async () => {
    let isOver = false;
    let answered = 0;
    const failures: unknown[] = [];
    const names = new Set<string>();
    // New connections one after the other, and one that is kept.
    const fresh = async (send: typeof http1) => {
      while (!isOver) {
        try {
          assert.equal((await send(`${library.url}/livez`)).status, 200);
          answered++;
        } catch (error) {
          failures.push(error);
        }
      }
    };
    const load = [fresh(http1), fresh(http2), fresh(http1)];
    for (const name of ["two", "one", "two"] as const) {
      write(pairs[name]);
      await until("the new certificate", async () => (await nameShown(library.port)) === name);
      names.add(name);
    }
    isOver = true;
    await Promise.all(load);
    assert.deepEqual(failures, []);
    assert.ok(answered > 50, `${answered} requests`);
  });

  test("openssl: TLS 1.2 and 1.3 with h2 by ALPN, nothing older", async (context) => {
    const ask = async (...args: string[]) => {
      const asked = run("openssl", [
        "s_client",
        "-connect",
        `127.0.0.1:${library.port}`,
        "-alpn",
        "h2,http/1.1",
        ...args,
      ]);
      asked.child.stdin?.end();
      return asked.then(
        ({ stdout }) => stdout,
        (error: { code?: unknown; stdout?: string }) => {
          if (error.code === "ENOENT") throw error;
          return error.stdout ?? "";
        },
      );
    };
    try {
      await run("openssl", ["version"]);
    } catch {
      return context.skip("openssl is not installed");
    }
    for (const version of ["1_2", "1_3"]) {
      const seen = await ask(`-tls${version}`);
      assert.match(seen, /ALPN protocol: h2/, version);
      assert.match(seen, new RegExp(`TLSv${version.replace("_", ".")}`), version);
    }
    assert.doesNotMatch(await ask("-tls1_1"), /ALPN protocol: h2/);
  });

  test("nghttp speaks HTTP/2 over it", async (context) => {
    try {
      const { stdout } = await run("nghttp", ["-nv", `https://127.0.0.1:${library.port}/livez`]);
      assert.match(stdout, /The negotiated protocol: h2/);
      assert.match(stdout, /:status: 200/);
      assert.match(stdout, /strict-transport-security: max-age=31536000/);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ENOENT") throw error;
      context.skip("nghttp is not installed");
    }
  });
});

test("files that cannot be used fail the start and name themselves", () => {
  const handler = () => {};
  assert.throws(
    () => createServer({ handler, tls: { certFile: "/nowhere/cert.pem", keyFile: "/nowhere/key.pem" } }),
    (error: UsageError) => /\/nowhere\/cert\.pem/.test(error.message),
  );
  assert.throws(
    () => createServer({ handler, tls: { cert: "x", key: "y" } }),
    (error: UsageError) => /certificate chain/.test(error.message),
  );
});
