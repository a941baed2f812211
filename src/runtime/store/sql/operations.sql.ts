/** Puts the work of an operation into the queue. */
export const ENQUEUE_OPERATION =
  "insert into concordat.operation_work (id, request, attempts, run_after) values ($1, $2, 0, clock_timestamp())";

/** Takes a finished operation out of the queue, if it is still with the holder $2; commits with its effects. Plan: the primary key. */
export const FINISH_OPERATION = "delete from concordat.operation_work where id = $1 and lease_token = $2";

/**
 * Leases up to $3 pieces of work that are due to the holder $1 for $2 milliseconds, except those named in $4. Times are
 * the database's own, so that the clocks of processes do not matter; $5 true leases again what another holder has, for a
 * database that only one process uses. Plan: the index on run_after; rows that another process is leasing are left to it.
 */
export const LEASE_OPERATIONS = `
with due as (
  select id from concordat.operation_work
  where run_after <= clock_timestamp() and ($5::boolean or lease_until is null or lease_until < clock_timestamp())
    and not (id = any($4::text[]))
  order by run_after limit $3::integer for update skip locked
)
update concordat.operation_work w set lease_token = $1, attempts = w.attempts + 1,
  lease_until = clock_timestamp() + $2::integer * interval '1 millisecond'
from due where w.id = due.id
returning w.id, w.request, w.attempts`;

/** Prolongs the leases of the holder $1, by $2 milliseconds, and tells which there are. Plan: the primary key. */
export const RENEW_OPERATIONS = `
update concordat.operation_work set lease_until = clock_timestamp() + $2::integer * interval '1 millisecond'
where id = any($3::text[]) and lease_token = $1 returning id`;

/** Gives work back to the queue, to be begun in $3 milliseconds; $4 is 1 for a try that does not count. */
export const POSTPONE_OPERATION = `
update concordat.operation_work set lease_token = null, lease_until = null, attempts = attempts - $4::integer,
  run_after = clock_timestamp() + $3::integer * interval '1 millisecond'
where id = $1 and lease_token = $2`;

/** Statements on the table of operations, whose name is the model's. */
export interface OperationStatements {
  /** Which of the operations $1 are still running. */
  readonly running: string;
  /** Writes how far an operation is, unless it has ended. */
  readonly progress: string;
  /** Deletes a batch of operations that ended before $1. */
  readonly sweep: string;
}

/** Builds them. */
export function buildOperationStatements(table: string): OperationStatements {
  return {
    running: `select id from "${table}" where id = any($1::text[]) and not done`,
    progress: `update "${table}" set progress = $2::jsonb, updated_at = $3, row_version = row_version + 1 where id = $1 and not done`,
    sweep: `
with old as (select id from "${table}" where done and updated_at < $1 order by id limit 1000 for update skip locked)
delete from "${table}" o using old where o.id = old.id`,
  };
}

/** Deletes work whose operation was cancelled while nobody had it. $1: ids that are no longer running. */
export const DROP_OPERATIONS = "delete from concordat.operation_work where id = any($1::text[])";
