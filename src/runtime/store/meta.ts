import type { Database } from "./database.ts";

/** Facts about a service that live as long as its database, by key: the secret of its cursors, whether it was seeded. */
export interface MetaStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  /** Sets a key that has no value yet and returns the value it has afterwards: the first of many processes wins. */
  setOnce(key: string, value: string): Promise<string>;
}

const GET = 'select value from concordat.meta where "key" = $1';
const SET =
  'insert into concordat.meta ("key", value) values ($1, $2) on conflict ("key") do update set value = excluded.value';
const SET_ONCE = 'insert into concordat.meta ("key", value) values ($1, $2) on conflict ("key") do nothing';

/** Keeps facts in `concordat.meta`. */
export function createMetaStore(database: Database): MetaStore {
  const get = async (key: string) => (await database.query(GET, [key])).rows[0]?.[0] ?? undefined;
  return {
    get,
    async set(key, value) {
      await database.query(SET, [key, value]);
    },
    async setOnce(key, value) {
      const known = await get(key);
      if (known !== undefined) return known;
      await database.query(SET_ONCE, [key, value]);
      return (await get(key)) ?? value;
    },
  };
}
