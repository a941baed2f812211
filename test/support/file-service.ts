import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anyone, api, command, handle, query, resource, role, service, signedIn, t } from "concordat";
import { type RunningService, type StartOptions, startService } from "concordat/server";
import { issueApiKey } from "../../src/runtime/auth/index.ts";

const MAX_BYTES = 300_000;

export const Person = resource("person", { id: t.id("per"), name: t.string() });

/** A resource with files: one that must be there, one that need not, one that only auditors see. */
export const Document = resource(
  "document",
  {
    id: t.id("doc"),
    owner: t.string({ maxLength: 100 }).readOnly(),
    title: t.string({ maxLength: 40 }).default("Untitled"),
    pages: t.int32({ minimum: 1 }).optional(),
    tags: t.list(t.string()).optional(),
    file: t.file({
      maxBytes: MAX_BYTES,
      mediaTypes: ["text/*", "application/pdf", "application/octet-stream"],
    }),
    cover: t.file({ maxBytes: 1000, mediaTypes: ["image/*"] }).optional(),
    audit: t.file({ visibleTo: "auditor" }).optional(),
  },
  { owner: "owner", access: { create: [signedIn] } },
);

const measure = command("measure", {
  input: t.object({ file: t.file({ maxBytes: 2_000_000_000 }), label: t.string().optional() }),
  output: t.object({ bytes: t.int64(), label: t.string().optional() }),
  access: [anyone],
  deadlineMs: 120_000,
});
const report = query("report", {
  input: t.object({ lines: t.int32() }),
  output: t.file(),
  access: [role("auditor")],
});

export const fileService = service(
  api("library", {
    versions: { v1: "2026-01-01" },
    resources: [Person, Document],
    operations: [measure, report],
  }),
  [
    handle(measure, async ({ input, files }) => {
      let bytes = 0n;
      for await (const chunk of files.read(input.file)) bytes += BigInt(chunk.length);
      return { bytes, ...(input.label === undefined ? {} : { label: input.label }) };
    }),
    handle(report, ({ input, files }) => {
      const lines = (async function* () {
        for (let line = 1; line <= input.lines; line++) yield Buffer.from(`line ${line}\n`);
      })();
      return files.write(lines, { name: "report.txt", mediaType: "text/plain" });
    }),
  ],
);

/** The service on a free port, its files in a directory of their own. */
export interface FileService extends RunningService {
  readonly directory: string;
  /** An API key's header. */
  as(principal: string, ...roles: string[]): Promise<Record<string, string>>;
  /** Files there are, unfinished ones included. */
  kept(): Promise<number>;
}

/** Starts it on an embedded database in memory. */
export async function openFileService(options: Partial<StartOptions> = {}): Promise<FileService> {
  const directory = options.filesDir ?? (await mkdtemp(join(tmpdir(), "files-")));
  const running = await startService(fileService, {
    mode: "dev",
    dataDir: "memory",
    logLevel: "error",
    docs: false,
    filesDir: directory,
    ...options,
  });
  let made = 0;
  return {
    ...running,
    directory,
    as: async (principal, ...roles) => {
      const keys = { keys: running.store.apiKeys, clock: { now: Date.now } };
      const { key } = await issueApiKey(keys, { name: `key ${++made}`, principal, roles });
      return { authorization: `Bearer ${key}` };
    },
    kept: async () => {
      const folders = await readdir(directory);
      const files = await Promise.all(folders.map((folder) => readdir(join(directory, folder))));
      return files.flat().length;
    },
    close: async () => {
      await running.close({ deadlineMs: 500 });
      await rm(directory, { recursive: true, force: true });
    },
  };
}
