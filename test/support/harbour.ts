import {
  anyone,
  api,
  compile,
  handle,
  owner,
  resource,
  role,
  signedIn,
  t,
  through,
} from "../../src/index.ts";
import { type Account, type Call, createEngine, type Handler } from "../../src/runtime/engine/index.ts";
import type { TestDatabase } from "./databases.ts";

/** Open to all; ports have ports below them. */
export const Port = resource(
  "port",
  {
    id: t.id("por"),
    name: t.string({ maxLength: 40 }),
    depth: t.decimal({ precision: 6, scale: 2 }).optional(),
    above: t.ref("port").optional(),
  },
  {
    access: { read: [anyone] },
    list: { filter: ["above", "name"], sort: ["name"], defaultSort: "name", total: "exact", maxOffset: 50 },
  },
);

/** Known to themselves and to the harbour master. */
export const Captain = resource(
  "captain",
  {
    id: t.id("cap"),
    name: t.string({ maxLength: 40 }),
    phone: t.string({ maxLength: 40, visibleTo: ["owner", "master"] }).optional(),
    pay: t.int64({ visibleTo: "master" }).default(10n),
    home: t.ref(() => Port),
  },
  {
    owner: "id",
    access: { read: [owner, role("master")], write: [role("master")] },
    list: { filter: ["home"] },
  },
);

/** With each kind of rule and of hidden field; a nullable order. */
export const Ship = resource(
  "ship",
  {
    id: t.id("shi"),
    name: t.string({ minLength: 1, maxLength: 40 }),
    tons: t.int32().nullable().default(null),
    port: t.ref(() => Port),
    lastPort: t.ref(() => Port).optional(),
    captain: t.ref(() => Captain).optional(),
    broker: t.ref(() => Captain, { visibleTo: ["owner", "master"] }).optional(),
    log: t.string({ maxLength: 40, visibleTo: "owner" }).optional(),
    state: t.enum(["moored", "at_sea"]).default("moored"),
    papers: t.object({ flag: t.string(), tags: t.list(t.string()) }).optional(),
  },
  {
    owner: "captain",
    access: {
      read: [owner, role("master"), through(() => Berth, { row: "ship", self: "sailor" })],
      write: [signedIn],
    },
    list: {
      filter: ["port", "lastPort", "captain", "state", "tons", "port.name"],
      sort: ["tons", "name", "port.name"],
      search: ["name"],
      total: "estimated",
    },
  },
);

/** Who sails on which ship: only those who are signed in may list them, only masters may look at one. */
export const Berth = resource(
  "berth",
  { id: t.id("ber"), ship: t.ref(() => Ship), sailor: t.string({ maxLength: 40 }) },
  { access: { list: [signedIn], read: [role("master")] }, list: { filter: ["ship"] } },
);

/** Its list has a handler, which no relation may pass by. */
export const Notice = resource(
  "notice",
  { id: t.id("not"), port: t.ref(() => Port), ship: t.ref(() => Ship).optional(), text: t.string() },
  { access: { read: [anyone], write: [signedIn] }, list: { filter: ["port"] } },
);

const listNotices = Notice.list();
const renameShip = Ship.action("rename", { input: t.object({ name: t.string() }) });

export const harbour = compile(
  api("harbour", {
    versions: { v1: "2026-01-01" },
    resources: [Port, Captain, Ship, Berth, Notice],
    operations: [listNotices, renameShip],
  }),
);

const handlers: readonly Handler[] = [
  handle(listNotices, ({ input, db }) => db.list(Notice, input)),
  handle(renameShip, async ({ input, current, db }) => {
    const renamed = await db.update(Ship, current.id, { name: input.name });
    return { ...renamed, name: `${renamed.name}!` };
  }),
];

/** One call as a test writes it. */
export interface Ask extends Partial<Omit<Call, "operation" | "credentials" | "meta" | "idempotency">> {
  /** `name` or `name:role`; absent: a stranger. */
  readonly as?: string | undefined;
  readonly key?: string;
}

/** Opens a harbour on a database. `statements` holds what was sent since it was last emptied. */
export async function openHarbour(database: TestDatabase) {
  const statements: string[] = [];
  const accounts: Account[] = [];
  const store = await database.open(harbour, { onStatement: (text) => statements.push(text) });
  const engine = createEngine({
    model: harbour,
    store,
    handlers,
    cursorSecret: "a secret of 16 or more bytes",
    onAccount: (account) => accounts.push(account),
    authenticator: {
      authenticate({ key }) {
        const [id = "", ...roles] = key.split(":");
        return { id, roles, credentialId: `key of ${id}`, live: true };
      },
    },
  });
  const execute = async (operation: string, { as, key, ...rest }: Ask = {}) =>
    engine.execute({
      operation,
      ...rest,
      ...(key === undefined ? {} : { idempotency: { key } }),
      ...(as === undefined ? {} : { credentials: { kind: "api-key", key: as } }),
      meta: { protocol: "test", requestId: "r1" },
    });
  return { engine, store, statements, accounts, execute, close: () => store.close() };
}

export type HarbourWorld = Awaited<ReturnType<typeof openHarbour>>;
