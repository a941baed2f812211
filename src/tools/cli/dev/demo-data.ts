import { timestampFromMs } from "../../../base/lib/index.ts";
import { hashApiKey, type IssuedApiKey, issueApiKey } from "../../../runtime/auth/index.ts";
import type { ApiKeyRecord, ApiKeyStore, Clock, Db, Service } from "../../../runtime/engine/index.ts";

/** Who a demo key stands for. */
export interface DemoHolder {
  readonly name: string;
  readonly principal: string;
  readonly roles: readonly string[];
}

/** A holder with the key in plain text. */
export interface DemoKey extends DemoHolder {
  readonly key: string;
}

/** What {@link prepareDemoData} works on: parts of a running service. */
export interface DemoParts {
  readonly service: Service;
  readonly engine: { transaction<T>(work: (db: Db) => Promise<T>): Promise<T> };
  readonly store: {
    readonly apiKeys: ApiKeyStore;
    readonly meta: { get(key: string): Promise<string | undefined> };
  };
  readonly clock: Clock;
}

/** Fact in `concordat.meta`: demo data is there, and who holds its keys. */
const MARKER = "demo";

/**
 * Fills an empty database by the service's seed, once, and sees to it that every holder the seed named has a key whose
 * plain text is known: the one in `known` if it still works, else a new one. Returns none where the service has no seed
 * or the database had rows before its first start.
 */
export async function prepareDemoData(
  parts: DemoParts,
  known: Readonly<Record<string, string>>,
): Promise<readonly DemoKey[]> {
  const { apiKeys, meta } = parts.store;
  const marker = await meta.get(MARKER);
  if (marker === undefined) {
    const issued = await seed(parts);
    // After the rows: a crash in between leaves holders without keys, which the next start gives new ones.
    for (const { record } of issued) await apiKeys.insert(record);
    return issued.map(({ key, record }) => toDemoKey(record, key));
  }
  const keys: DemoKey[] = [];
  for (const holder of JSON.parse(marker) as readonly DemoHolder[]) {
    const key = known[holder.name];
    const record = key === undefined ? undefined : await apiKeys.findByHash(hashApiKey(key));
    if (key !== undefined && record?.principal === holder.principal && record.revokedAt === undefined) {
      keys.push({ ...holder, key });
    } else {
      keys.push({ ...holder, key: await reissue(parts, holder) });
    }
  }
  return keys;
}

/** Runs the seed and notes its holders, in one transaction; an interrupted one leaves nothing. */
async function seed({ service, engine, store, clock }: DemoParts): Promise<readonly IssuedApiKey[]> {
  const fill = service.options.seed;
  if (fill === undefined) return [];
  const issued: IssuedApiKey[] = [];
  await engine.transaction(async (db) => {
    for (const resource of service.api.options.resources) {
      if ((await db.list(resource, { limit: 1 })).data.length > 0) return;
    }
    // Keys are stored elsewhere than rows, outside this transaction: collected here, written by the caller.
    const collect: ApiKeyStore = { ...store.apiKeys, insert: async () => {} };
    await fill({
      db,
      now: () => timestampFromMs(clock.now()),
      apiKey: async (name, holder) => {
        const key = await issueApiKey({ keys: collect, clock }, { name, ...holder, live: false });
        issued.push(key);
        return key.key;
      },
    });
    const holders = JSON.stringify(issued.map(({ record }) => toHolder(record)));
    await db.sql`insert into concordat.meta ("key", value) values (${MARKER}, ${holders})`;
  });
  return issued;
}

/** Gives a holder a new key; those it had, whose plain text is lost, are revoked. */
async function reissue({ store, clock }: DemoParts, holder: DemoHolder): Promise<string> {
  const records = await store.apiKeys.list();
  const names = new Set(records.map(({ name }) => name));
  const isTheirs = ({ name, live }: ApiKeyRecord) => !live && name.replace(/-\d+$/, "") === holder.name;
  for (const record of records.filter(isTheirs)) {
    if (record.revokedAt === undefined) await store.apiKeys.revoke(record.id);
  }
  let name = holder.name;
  for (let number = 2; names.has(name); number++) name = `${holder.name}-${number}`;
  const { key } = await issueApiKey({ keys: store.apiKeys, clock }, { ...holder, name, live: false });
  return key;
}

function toHolder({ name, principal, roles }: ApiKeyRecord): DemoHolder {
  return { name, principal, roles };
}

function toDemoKey(record: ApiKeyRecord, key: string): DemoKey {
  return { ...toHolder(record), key };
}
