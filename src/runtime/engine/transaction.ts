import type { Db } from "./context.ts";
import type { EngineCore } from "./core.ts";
import { SessionDb } from "./session-db.ts";

/** Runs work in one transaction outside any call, without a deadline; rolls back if it throws. */
export async function runTransaction<T>(core: EngineCore, work: (db: Db) => Promise<T>): Promise<T> {
  const session = core.store.open({ deadline: Number.POSITIVE_INFINITY });
  let open = true;
  const db = new SessionDb({
    core,
    operation: "transaction",
    writable: true,
    input: undefined,
    seen: () => {},
    session() {
      if (!open) throw new TypeError("The transaction is over");
      return session;
    },
  });
  await session.begin();
  try {
    const result = await work(db);
    open = false;
    await session.commit();
    return result;
  } finally {
    open = false;
    await session.rollback();
  }
}
