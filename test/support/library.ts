import { anyone, api, command, compile, error, handle, query, resource, role, t } from "../../src/index.ts";
import { type Call, createEngine, type Engine, type Outcome } from "../../src/runtime/engine/index.ts";
import { createRestHandler, type RestOptions } from "../../src/runtime/protocols/index.ts";
import { createServer, type HttpServer, type ServerOptions } from "../../src/runtime/server/index.ts";
import { MemoryStore } from "./memory-store.ts";

export const Author = resource(
  "author",
  { id: t.id("aut"), name: t.string({ maxLength: 80 }) },
  { access: { read: [anyone], write: [role("admin")] } },
);

export const Book = resource(
  "book",
  {
    id: t.id("boo"),
    title: t.string({ minLength: 1, maxLength: 200 }),
    author: t.ref("author"),
    summary: t.text({ maxLength: 20_000 }).optional(),
    subtitle: t.string({ maxLength: 80 }).nullable(),
    tags: t.list(t.string({ maxLength: 20 }), { maxItems: 3 }),
    size: t.object({ width: t.int32(), height: t.int32(), depth: t.int32().optional() }).optional(),
    cost: t.int32({ visibleTo: "admin" }).optional(),
    status: t.enum(["new", "lent", "lost"]).default("new").readOnly(),
  },
  {
    access: { read: [anyone], write: [role("admin")] },
    list: { filter: ["status", "author"], sort: ["title"], maxOffset: 100 },
  },
);

const notHere = error("not_here", {
  status: 409,
  data: t.object({ until: t.date() }),
  message: "The book is away.",
});

export const greet = query("greet", {
  input: t.object({ name: t.string(), times: t.int32().default(1), loud: t.bool().optional() }),
  output: t.object({ text: t.string() }),
  access: [anyone],
  cacheControl: "public, max-age=60",
});
export const tidyUp = command("tidyUp", {
  access: [anyone],
  maxBodyBytes: 4096,
  deprecated: "Nobody tidies up.",
});
export const measure = command("measure", {
  input: t.object({ note: t.text() }),
  output: t.object({ length: t.int32() }),
  access: [anyone],
  maxBodyBytes: 4096,
});

export const library = api("library", {
  title: "Library",
  versions: { v1: "2026-01-01" },
  resources: [Author, Book],
  operations: [
    Book.create({ errors: [notHere] }),
    Book.action("lend", { when: { status: ["new"] }, set: { status: "lent" }, access: [anyone] }),
    Book.replace({ preconditionRequired: true }),
    greet,
    tidyUp,
    measure,
  ],
});

export const model = compile(library);
export const AUTHOR = "aut_00000000000000000000000001";
export const BOOK = "boo_00000000000000000000000001";

/** A library with one author and one book, served on a free port. */
export interface TestLibrary {
  readonly url: string;
  readonly port: number;
  readonly store: MemoryStore;
  readonly engine: Engine;
  readonly server: HttpServer;
  /** Calls that reached the engine. */
  readonly calls: Call[];
  close(): Promise<void>;
}

export interface TestLibraryOptions {
  /** Answers instead of the engine; undefined leaves it to the engine. */
  readonly execute?: (call: Call) => Promise<Outcome> | Outcome | undefined;
  readonly server?: Partial<ServerOptions>;
  readonly rest?: Partial<RestOptions>;
}

/** Serves the library. The key `admin` names an administrator, any other nobody. */
export async function openLibrary(options: TestLibraryOptions = {}): Promise<TestLibrary> {
  const store = new MemoryStore();
  const calls: Call[] = [];
  const engine = createEngine({
    model,
    store,
    authenticator: {
      authenticate: ({ key }) =>
        key === "admin" ? { id: "adm_1", roles: ["admin"], credentialId: "key_1", live: true } : undefined,
    },
    handlers: [
      handle(greet, ({ input }) => ({ text: Array(input.times).fill(`Hello ${input.name}`).join(", ") })),
      handle(tidyUp, () => undefined),
      handle(measure, ({ input }) => ({ length: input.note.length })),
    ],
  });
  store.put({ id: AUTHOR, name: "Ada", createdAt: OLD, updatedAt: OLD });
  store.put(book());
  const watched = {
    model,
    check: engine.check,
    openAtomicBatch: engine.openAtomicBatch,
    execute: (call: Call) => {
      calls.push(call);
      return options.execute?.(call) ?? engine.execute(call);
    },
  };
  const rest = createRestHandler({
    engine: watched,
    openApi: () => '{"openapi":"3.1.0"}',
    docsPath: "/docs",
    ...options.rest,
  });
  const server = createServer({ handler: rest, ...options.server });
  const { url, port } = await server.listen();
  return { url, port, store, engine, server, calls, close: () => server.close({ deadlineMs: 500 }) };
}

const OLD = "2026-01-01T00:00:00Z";

/** A book as the store holds it. */
export function book(values: Readonly<Record<string, unknown>> = {}) {
  return {
    id: BOOK,
    title: "Notes",
    author: AUTHOR,
    summary: "Short.",
    subtitle: "On engines",
    tags: ["math"],
    size: { width: 10, height: 20 },
    cost: 7,
    status: "new",
    createdAt: OLD,
    updatedAt: OLD,
    ...values,
  };
}
