import { anyone, api, apiKeys, compile, handle, query, resource, role, t } from "concordat";
import { createEngine } from "../../src/runtime/engine/index.ts";
import { createRestHandler } from "../../src/runtime/protocols/index.ts";
import { createServer } from "../../src/runtime/server/index.ts";
import type { TestDatabase, TestStore } from "../support/databases.ts";

/** A resource with a field of each kind that lists may be filtered and sorted by. */
export const Item = resource(
  "item",
  {
    id: t.id("itm"),
    name: t.string({ maxLength: 20 }),
    rank: t.int32({ minimum: -9, maximum: 9 }).nullable().default(null),
    size: t.int64().optional(),
    ratio: t.float64().optional(),
    price: t.money({ currency: "EUR" }).optional(),
    at: t.timestamp().optional(),
    day: t.date().optional(),
    span: t.duration().optional(),
    kind: t.enum(["red", "green", "blue"]).default("red"),
    flag: t.bool().default(false),
    parent: t.ref(() => Item).optional(),
    note: t.json({ maxBytes: 500 }).optional(),
    tags: t.list(t.string({ maxLength: 5 }), { maxItems: 3 }).optional(),
  },
  {
    access: { read: [anyone], write: [anyone], delete: [anyone] },
    list: {
      filter: ["name", "rank", "size", "ratio", "price", "at", "day", "span", "kind", "flag", "parent"],
      sort: ["name", "rank", "size", "at", "price"],
      search: ["name"],
      limit: 5,
      maxLimit: 50,
      total: "exact",
      maxOffset: 20,
    },
  },
);

const echo = query("echo", {
  input: t.object({ text: t.string(), times: t.int32({ minimum: 0, maximum: 5 }).default(1) }),
  output: t.object({ text: t.string() }),
  access: [anyone],
});
const secret = query("secret", { output: t.object({ n: t.int32() }), access: [role("admin")] });

const paint = Item.action("paint", { input: t.object({ kind: t.enum(["red", "green", "blue"]) }) });

const contract = api("shelf", {
  versions: { v1: "2026-01-01" },
  resources: [Item],
  operations: [
    Item.action("paint", {
      input: t.object({ kind: t.enum(["red", "green", "blue"]) }),
      set: { flag: true },
    }),
    echo,
    secret,
  ],
  authentication: [apiKeys],
  batch: { maxParts: 5 },
});

/** The model of what is served. */
export const model = compile(contract);

/** A service that listens, for hostile and random callers. */
export interface Shelf {
  readonly url: string;
  readonly port: number;
  readonly store: TestStore;
  /** What the server called an internal error. */
  readonly faults: unknown[];
  close(): Promise<void>;
}

/** Serves the shelf on a database. */
export async function openShelf(database: TestDatabase): Promise<Shelf> {
  const store = await database.open(model);
  const faults: unknown[] = [];
  const fault = (fields: object, message: string) => faults.push({ message, ...fields });
  const logger = { info: () => {}, warn: () => {}, error: fault };
  const engine = createEngine({
    model,
    store,
    logger,
    cursorSecret: "a secret that all runs share, for seeds",
    handlers: [
      handle(echo, ({ input }) => ({ text: input.text.repeat(input.times) })),
      handle(paint, ({ current, input, db }) => db.update(Item, current.id, input)),
      handle(secret, () => ({ n: 1 })),
    ],
  });
  const handler = createRestHandler({
    engine,
    openApi: () => "{}",
    onError: (_exchange, thrown) => faults.push(thrown),
  });
  const limits = { headersTimeoutMs: 1000, bodyTimeoutMs: 1000 };
  const server = createServer({ handler, logger, limits });
  const { url, port } = await server.listen();
  return {
    url,
    port,
    store,
    faults,
    close: async () => {
      await server.close();
      await store.close();
    },
  };
}
