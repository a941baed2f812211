import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { compile } from "concordat";
import { databases } from "./support/databases.ts";
import { fileService } from "./support/file-service.ts";
import { ROOT } from "./support/source.ts";

const MIB = 1_048_576;

/** The service in a process of its own, so that its memory is its own and it can be killed. */
interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  rssMib(): number;
}

function serve(options: object): Promise<Served> {
  const code = `
    import { openFileService } from "./test/support/file-service.ts";
    const running = await openFileService(${JSON.stringify(options)});
    console.log(running.url);
    process.on("message", async (now) => process.send({ swept: await running.store.sweepFiles(now) }));
  `;
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--input-type=module-typescript", "--eval", code],
    { cwd: ROOT, stdio: ["ignore", "pipe", "inherit", "ipc"] },
  );
  return new Promise((resolve, reject) => {
    child.once("exit", (exitCode) => reject(new Error(`The service ended with ${exitCode}`)));
    child.stdout?.setEncoding("utf8").once("data", (url: string) => {
      const rssMib = () => {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
      };
      resolve({ child, url: url.trim(), rssMib });
    });
  });
}

async function kill({ child }: Served): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.removeAllListeners("exit").once("exit", () => {});
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await Promise.race([ended, gone]);
}

/** Sends so many bytes as one body, no faster than they are taken; returns the answer. */
function upload(url: string, bytes: number): Promise<{ status: number; text: string; sha256: string }> {
  return new Promise((resolve, reject) => {
    const hash = createHash("sha256");
    const headers = { "content-type": "application/octet-stream", "content-length": String(bytes) };
    const sending = request(`${url}/v1/measure`, { method: "POST", agent: false, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text, sha256: hash.digest("hex") }),
      );
    });
    sending.on("error", reject);
    const piece = Buffer.alloc(MIB, 7);
    const write = (left: number) => {
      if (left === 0) return void sending.end();
      const part = piece.subarray(0, Math.min(left, MIB));
      hash.update(part);
      sending.write(part, () => write(left - part.length));
    };
    write(bytes);
  });
}

const model = compile(fileService.api);

for (const database of databases()) {
  for (const place of ["the database", "a directory"]) {
    // A gibibyte in the memory of an embedded database would prove nothing but how much memory there is.
    const size = (place === "a directory" ? 1024 : database.kind === "postgres" ? 256 : 64) * MIB;
    describe(`files in ${place}, ${database.name}`, () => {
      test(`${size / MIB} MiB go in and through in flat memory`, async (t) => {
        const directory = mkdtempSync(join(tmpdir(), "files-"));
        t.after(() => rmSync(directory, { recursive: true, force: true }));
        const empty =
          database.kind === "postgres" ? await database.open(model, { tables: false }) : undefined;
        t.after(() => empty?.close());
        const served = await serve({
          ...(empty === undefined ? { dataDir: join(directory, "data") } : { databaseUrl: empty.url }),
          ...(place === "a directory" ? { filesDir: join(directory, "files") } : { filesDir: undefined }),
        });
        t.after(() => kill(served));
        await upload(served.url, 8 * MIB);
        const before = served.rssMib();
        let peak = before;
        const watch = setInterval(() => {
          peak = Math.max(peak, served.rssMib());
        }, 20);
        const startedAt = performance.now();
        // Two passes: the upload, and the handler that reads what came.
        const { status, text } = await upload(served.url, size);
        clearInterval(watch);
        const seconds = (performance.now() - startedAt) / 1000;
        assert.deepEqual([status, JSON.parse(text)], [200, { bytes: String(size) }]);
        t.diagnostic(
          `${size / MIB} MiB kept and read in ${seconds.toFixed(1)} s (${(size / MIB / seconds).toFixed(0)} MiB/s), ` +
            `RSS ${before.toFixed(0)} → at most ${peak.toFixed(0)} MiB`,
        );
        assert.ok(peak - before < 128, `RSS grew from ${before} to ${peak} MiB`);
      });
    });
  }
}

test("a server killed during an upload leaves no row, and bytes that are swept", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "files-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const options = { dataDir: join(directory, "data"), filesDir: join(directory, "files") };
  const first = await serve(options);
  const sending = upload(first.url, 400 * MIB).catch((error: unknown) => error);
  const unfinished = join(directory, "files", "unfinished");
  const deadline = Date.now() + 60_000;
  while ((await readdir(unfinished).catch(() => [])).length === 0) {
    assert.ok(Date.now() < deadline, "the upload never began");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await kill(first);
  assert.ok((await sending) instanceof Error, "the sender was not told that it went well");
  const second = await serve(options);
  t.after(() => kill(second));
  assert.equal((await readdir(unfinished)).length, 1);
  const swept = new Promise<unknown>((resolve) => second.child.once("message", resolve));
  second.child.send(Date.now() + 2 * 86_400_000);
  assert.deepEqual(await swept, { swept: 1 });
  assert.equal((await readdir(unfinished)).length, 0);
});
