/** Takes the lock of a claim for the connection, until it is given back or the connection ends. Plan: a function call. */
export const HOLD_LOCK = "select pg_try_advisory_lock($1::bigint)";

/** Gives a lock of {@link HOLD_LOCK} back. */
export const RELEASE_LOCK = "select pg_advisory_unlock($1::bigint)";

/** All steps of one command. Plan: a range of the primary key. */
export const FIND_STEPS =
  'select name, fingerprint, result from concordat.steps where scope = $1 and "key" = $2';

/**
 * Records a result, or finds the one that was recorded first: the empty update is what makes `returning` show it. Plan:
 * the primary key.
 */
export const RECORD_STEP = `
insert into concordat.steps as s (scope, "key", name, fingerprint, result, created_at) values ($1, $2, $3, $4, $5, $6)
on conflict (scope, "key", name) do update set name = s.name
returning s.fingerprint, s.result`;

/** Deletes a batch of records older than $1, but none of an operation that still runs; see SWEEP_ANSWERS. */
export const SWEEP_STEPS = `
with old as (
  select scope, "key", name from concordat.steps s where created_at < $1
    and not exists (select from concordat.operation_work w where w.id = s."key")
  order by created_at limit 1000 for update skip locked
)
delete from concordat.steps s using old where s.scope = old.scope and s."key" = old."key" and s.name = old.name`;
