/** Raised with every change of the system tables; kept in `concordat.meta` under `system`. */
export const SYSTEM_VERSION = "3";

/** Makes the tables that every service has. Repeating it changes nothing. */
export const CREATE_SYSTEM_TABLES = `
create schema if not exists concordat;
create table if not exists concordat.meta (
  "key" text collate "C" primary key,
  value text not null
);
create table if not exists concordat.migrations (
  number integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null
);
create table if not exists concordat.idempotency (
  scope text collate "C" not null,
  "key" text collate "C" not null,
  fingerprint text not null,
  answer text not null,
  created_at timestamptz not null,
  primary key (scope, "key")
);
create index if not exists idempotency_created_at_idx on concordat.idempotency (created_at);
create table if not exists concordat.steps (
  scope text collate "C" not null,
  "key" text collate "C" not null,
  name text collate "C" not null,
  fingerprint text not null,
  result text,
  created_at timestamptz not null,
  primary key (scope, "key", name)
);
create index if not exists steps_created_at_idx on concordat.steps (created_at);
create table if not exists concordat.operation_work (
  id text collate "C" primary key,
  request text not null,
  attempts integer not null,
  run_after timestamptz not null,
  lease_token text,
  lease_until timestamptz
);
create index if not exists operation_work_run_after_idx on concordat.operation_work (run_after);
create table if not exists concordat.outbox (
  position bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  name text not null,
  "key" text not null,
  payload jsonb not null,
  created_at timestamptz not null
);
create index if not exists outbox_xid_idx on concordat.outbox (xid, position);
create table if not exists concordat.api_keys (
  id text collate "C" primary key,
  name text not null,
  hash text collate "C" not null,
  hint text not null,
  principal text not null,
  roles text[] not null,
  live boolean not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  constraint api_keys_name_key unique (name),
  constraint api_keys_hash_key unique (hash)
);
create table if not exists concordat.file_chunks (
  file text collate "C" not null,
  "position" integer not null,
  bytes bytea not null,
  primary key (file, "position")
);
-- Files are mostly compressed already: trying again costs time and gains nothing.
alter table concordat.file_chunks alter column bytes set storage external;
insert into concordat.meta ("key", value) values ('system', '${SYSTEM_VERSION}')
on conflict ("key") do update set value = excluded.value;
`;
