/** Runs one statement on the database under test. */
export type RunSql = (text: string, values?: readonly string[]) => Promise<readonly Record<string, string>[]>;

/** One committed write of a row, as a trigger in its transaction saw it. */
export interface JournalEntry {
  /** The transaction. */
  readonly xid: string;
  /** `public.appointments`, `concordat.outbox`, … */
  readonly table: string;
  /** `insert`, `update` or `delete`. */
  readonly action: string;
  /** The row after the write; before it for a delete. */
  readonly row: Readonly<Record<string, unknown>>;
}

const STATEMENTS = [
  "create schema concordat_crash",
  `create table concordat_crash.journal (
     seq bigint generated always as identity primary key,
     xid xid8 not null default pg_current_xact_id(),
     "table" text not null, action text not null, "row" jsonb not null)`,
  `create function concordat_crash.note() returns trigger language plpgsql as $note$
   begin
     insert into concordat_crash.journal ("table", action, "row") values (
       tg_table_schema || '.' || tg_table_name, lower(tg_op),
       case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end);
     return null;
   end $note$`,
];

/** Tables with the effects of commands: the service's own, the events, the stored answers. */
const TABLES = `
select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_catalog.pg_tables
where schemaname not in ('pg_catalog', 'information_schema', 'concordat_crash')
  and (schemaname <> 'concordat' or tablename in ('outbox', 'idempotency'))
order by 1`;

/**
 * Has the database keep a journal of every write from now on, in the transaction that writes: what is rolled back leaves
 * no entry, and what commits cannot be without one.
 */
export async function installJournal(run: RunSql): Promise<void> {
  for (const statement of STATEMENTS) await run(statement);
  for (const { name } of await run(TABLES)) {
    await run(
      `create trigger concordat_crash after insert or update or delete on ${name}
       for each row execute function concordat_crash.note()`,
    );
  }
}

/** Rows at a time: they cross a process boundary as JSON. */
const PAGE = 2000;

/** Reads the journal. */
export async function readJournal(run: RunSql): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  let after = "0";
  for (;;) {
    const page = await run(
      `select j.seq::text as seq, j.xid::text as xid, j."table", j.action, j."row"::text as "row"
       from concordat_crash.journal j where j.seq > $1::bigint order by j.seq limit ${PAGE}`,
      [after],
    );
    for (const { seq = "", xid = "", table = "", action = "", row = "{}" } of page) {
      after = seq;
      entries.push({ xid, table, action, row: JSON.parse(row) });
    }
    if (page.length < PAGE) return entries;
  }
}
