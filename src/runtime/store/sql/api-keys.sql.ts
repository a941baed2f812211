const COLUMNS =
  "id, name, hash, hint, principal, roles, live, created_at, expires_at, revoked_at, last_used_at";

/** Parameters in the order of the columns. */
export const INSERT_API_KEY = `insert into concordat.api_keys (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;

/** Plan: the unique index on hash, one row. On the path of every call that is not answered from a cache. */
export const FIND_API_KEY = `select ${COLUMNS} from concordat.api_keys where hash = $1`;

export const LIST_API_KEYS = `select ${COLUMNS} from concordat.api_keys order by name`;

/** $1 id, $2 now. A key that is revoked already keeps its date. */
export const REVOKE_API_KEY =
  "update concordat.api_keys set revoked_at = $2 where id = $1 and revoked_at is null";

/** $1 ids, $2 now. */
export const TOUCH_API_KEYS =
  "update concordat.api_keys set last_used_at = $2 where id = any ($1::text[]) and (last_used_at is null or last_used_at < $2)";

/** $1 id, $2 when the key ends. */
export const EXPIRE_API_KEY = "update concordat.api_keys set expires_at = $2 where id = $1";
