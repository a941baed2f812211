import { timestampFromMs } from "../../base/lib/index.ts";
import type { ApiKeyRecord, ApiKeyStore, Clock } from "../engine/ports.ts";
import { formatArray, parseArray } from "./arrays.ts";
import type { Database } from "./database.ts";
import type { SqlText } from "./driver.ts";
import type { Constraints } from "./errors.ts";
import {
  EXPIRE_API_KEY,
  FIND_API_KEY,
  INSERT_API_KEY,
  LIST_API_KEYS,
  REVOKE_API_KEY,
  TOUCH_API_KEYS,
} from "./sql/api-keys.sql.ts";
import { timestampFromSql } from "./values.ts";

const CONSTRAINTS: Constraints = new Map([
  ["api_keys_pkey", { kind: "unique", fields: ["id"] }],
  ["api_keys_name_key", { kind: "unique", fields: ["name"] }],
  ["api_keys_hash_key", { kind: "unique", fields: ["hash"] }],
]);

/** Keeps API keys in `concordat.api_keys`. */
export function createApiKeyStore(database: Database, clock: Clock): ApiKeyStore {
  return {
    async insert(record) {
      await database.query(INSERT_API_KEY, toRow(record), { constraints: CONSTRAINTS });
    },
    async findByHash(hash) {
      const { rows } = await database.query(FIND_API_KEY, [hash]);
      return rows[0] && fromRow(rows[0]);
    },
    async list() {
      const { rows } = await database.query(LIST_API_KEYS);
      return rows.map(fromRow);
    },
    async revoke(id) {
      const { count } = await database.query(REVOKE_API_KEY, [id, timestampFromMs(clock.now())]);
      return count > 0;
    },
    async expire(id, at) {
      const { count } = await database.query(EXPIRE_API_KEY, [id, at]);
      return count > 0;
    },
    async touch(ids, at) {
      if (ids.length > 0) await database.query(TOUCH_API_KEYS, [formatArray(ids), at]);
    },
  };
}

function toRow(record: ApiKeyRecord): SqlText[] {
  return [
    record.id,
    record.name,
    record.hash,
    record.hint,
    record.principal,
    formatArray(record.roles),
    record.live ? "t" : "f",
    record.createdAt,
    record.expiresAt ?? null,
    record.revokedAt ?? null,
    record.lastUsedAt ?? null,
  ];
}

function fromRow(row: readonly SqlText[]): ApiKeyRecord {
  const text = (index: number) => row[index] ?? "";
  const time = <Name extends string>(name: Name, index: number) =>
    row[index] == null ? {} : ({ [name]: timestampFromSql(text(index)) } as Record<Name, string>);
  return {
    id: text(0),
    name: text(1),
    hash: text(2),
    hint: text(3),
    principal: text(4),
    roles: parseArray(text(5), (role) => role).map(String),
    live: text(6) === "t",
    createdAt: timestampFromSql(text(7)),
    ...time("expiresAt", 8),
    ...time("revokedAt", 9),
    ...time("lastUsedAt", 10),
  };
}
