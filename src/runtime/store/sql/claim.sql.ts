/**
 * Tries the lock of a claim and looks for its answer. Two statements sent in one flight: the second takes its snapshot
 * after the lock was got, so it sees the answer of a transaction that committed just before. One statement would not:
 * the command would run again, in vain, since its answer then meets the primary key of the first. Plan: a function
 * call; a primary-key look-up.
 */
export const TRY_LOCK = "select pg_try_advisory_xact_lock($1::bigint)";

/** See {@link TRY_LOCK}. */
export const FIND_ANSWER =
  'select fingerprint, answer from concordat.idempotency where scope = $1 and "key" = $2';

/** Stores an answer; a second one under the same key would violate the primary key and undo its whole transaction. */
export const STORE_ANSWER =
  'insert into concordat.idempotency (scope, "key", fingerprint, answer, created_at) values ($1, $2, $3, $4, $5)';

/** Undoing goes back to here; the lock was taken before, so it stays. */
export const SAVEPOINT = "savepoint concordat_undo";

/** See {@link SAVEPOINT}. */
export const UNDO = "rollback to savepoint concordat_undo";

/**
 * Deletes a batch of answers older than $1. Plan: a scan of the index on created_at, `limit` rows; rows that another
 * sweep has locked are left to it.
 */
export const SWEEP_ANSWERS = `
with old as (
  select scope, "key" from concordat.idempotency where created_at < $1
  order by created_at limit 1000 for update skip locked
)
delete from concordat.idempotency i using old where i.scope = old.scope and i."key" = old."key"`;
