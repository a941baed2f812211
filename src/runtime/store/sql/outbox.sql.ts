/** Appends an event. The transaction id is the database's own default, for readers that wait for earlier commits. */
export const APPEND_EVENT =
  'insert into concordat.outbox (name, "key", payload, created_at) values ($1, $2, $3, $4)';
