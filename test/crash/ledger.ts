import { api, event, handle, resource, service, signedIn, t } from "concordat";
import { type CrashPlan, crashCommand, crashPlan } from "concordat/testing";
import type { Session, Store } from "../../src/runtime/engine/index.ts";

const Entry = resource("entry", { id: t.id("ent"), text: t.string() }, { access: { create: [signedIn] } });
const entered = event("entry.entered", Entry);
const enter = Entry.create({ idempotency: "required" });

const ledger = service(
  api("ledger", {
    versions: { v1: "2026-01-01" },
    resources: [Entry],
    operations: [enter],
    events: [entered],
  }),
  [
    handle(enter, async ({ input, db, emit }) => {
      const entry = await db.insert(Entry, input);
      emit(entered, entry);
      return entry;
    }),
  ],
  { seed: async ({ apiKey }) => void (await apiKey("me", { principal: "me", roles: [] })) },
);

/** A crash plan of a small ledger, whose sessions may be replaced by worse ones. */
export function ledgerPlan(
  worsen: (session: Session, open: () => Session) => Partial<Session> = () => ({}),
): CrashPlan {
  return crashPlan(ledger, {
    commands: () => [
      crashCommand(enter, {
        as: "me",
        input: ({ mark }) => ({ text: mark }),
        writes: { entries: 1 },
        events: ["entry.entered"],
      }),
    ],
    start: {
      prepare: async ({ store }) => {
        const open = store.open.bind(store);
        Object.assign(store, {
          open: (scope: Parameters<Store["open"]>[0]) => {
            const session = open(scope);
            return Object.assign(
              session,
              worsen(session, () => open(scope)),
            );
          },
        });
      },
    },
  });
}

/** Many points beside those of everything else that a command does, so that most deaths fall into them. */
export async function manyPoints(): Promise<void> {
  for (let point = 0; point < 3000; point++) await null;
}
