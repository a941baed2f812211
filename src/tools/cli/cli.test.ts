import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { runCli } from "../../../test/support/run-cli.ts";
import { ROOT } from "../../../test/support/source.ts";
import { readOwnPackage } from "./project-files.ts";

test("without arguments it lists its commands and ends well", async () => {
  const { exitCode, stdout } = await runCli([]);
  assert.equal(exitCode, 0);
  for (const command of ["init", "dev", "serve", "check", "emit", "migrate", "keys"]) {
    assert.match(stdout, new RegExp(`^  ${command} +\\w`, "m"));
  }
});

test("every command explains itself with options and examples", async () => {
  for (const command of ["init", "dev", "serve", "check", "emit", "migrate", "keys"]) {
    const { exitCode, stdout } = await runCli([command, "--help"]);
    assert.equal(exitCode, 0, command);
    assert.match(stdout, new RegExp(`concordat ${command}`));
    assert.match(stdout, /--json/);
    assert.match(stdout, new RegExp(`Examples\\n(?: {2}.*\\n)* {2}.*concordat ${command}`));
  }
});

test("--version is the package's version", async () => {
  assert.equal((await runCli(["--version"])).stdout, `${readOwnPackage().version}\n`);
});

test("a mistake in the command line exits with 2, one sentence and a fix", async () => {
  const cases: [string[], RegExp][] = [
    [["chekc"], /there is no command chekc/],
    [["--port"], /unknown option --port/],
    [["check", "--nope"], /unknown option '--nope'/i],
    [["check"], /this folder has no service\.ts or contract\.ts\nfix: name the file/],
    [["check", "no/such/folder"], /there is no file or folder no\/such\/folder/],
    [["check", "docs"], /the folder docs has no service\.ts or contract\.ts/],
    [["emit", "yaml", "examples/clinic"], /unknown format yaml/],
    [["emit"], /which format/],
    [["check", "examples/clinic", "more"], /more is one argument too many/],
  ];
  for (const [args, message] of cases) {
    const { exitCode, stdout, stderr } = await runCli(args);
    assert.equal(exitCode, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n {4}at /);
  }
});

test("with --json a failure is one JSON value on stdout and nothing on stderr", async () => {
  const { exitCode, stdout, stderr } = await runCli(["check", "no/such/folder", "--json"]);
  assert.equal(exitCode, 2);
  assert.equal(stderr, "");
  assert.deepEqual(JSON.parse(stdout), {
    ok: false,
    exitCode: 2,
    message: "there is no file or folder no/such/folder",
  });
});

test("a reader that has had enough, such as head, is no error", async () => {
  const line = `"${process.execPath}" bin/concordat.js emit openapi examples/clinic`;
  const command = `${line} | head -n 1 && ${line} | true && echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)("bash", ["-c", command], { cwd: ROOT });
  assert.equal(stdout, "{\n0\n");
  assert.equal(stderr, "");
});

test("colours appear on a terminal only", async () => {
  const esc = String.fromCharCode(27);
  assert.ok(!(await runCli(["--help"])).stdout.includes(esc));
  assert.ok((await runCli(["--help"], { env: { FORCE_COLOR: "1" } })).stdout.includes(esc));
});
