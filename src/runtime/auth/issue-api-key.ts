import { ApiError } from "../../base/errors/index.ts";
import { newId, timestampFromMs } from "../../base/lib/index.ts";
import type { ApiKeyRecord, ApiKeyStore, Clock } from "../engine/ports.ts";
import { generateApiKey, hashApiKey, hintOfApiKey } from "./api-key.ts";

/** A new key, shown once, and what is kept of it. */
export interface IssuedApiKey {
  readonly key: string;
  readonly record: ApiKeyRecord;
}

export interface ApiKeyParts {
  readonly keys: ApiKeyStore;
  /** Default: the system's. */
  readonly clock?: Clock;
}

const SYSTEM_CLOCK: Clock = { now: Date.now };

export interface ApiKeyHolder {
  /** Human name, unique. */
  readonly name: string;
  readonly principal: string;
  readonly roles: readonly string[];
  /** Default true. */
  readonly live?: boolean;
  /** RFC 3339. Default: never. */
  readonly expiresAt?: string;
}

/** Makes a key and stores its hash; the key itself is in the answer only. */
export async function issueApiKey(
  { keys, clock = SYSTEM_CLOCK }: ApiKeyParts,
  holder: ApiKeyHolder,
): Promise<IssuedApiKey> {
  const { name, principal, roles, live = true, expiresAt } = holder;
  const key = generateApiKey({ live });
  const ms = clock.now();
  const record: ApiKeyRecord = {
    id: newId("key", ms),
    name,
    hash: hashApiKey(key),
    hint: hintOfApiKey(key),
    principal,
    roles,
    live,
    createdAt: timestampFromMs(ms),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  await keys.insert(record);
  return { key, record };
}

/**
 * Makes a successor with the same holder and lets the old key work for `overlapMs` more, so that its users can change
 * over. The successor's name is the old one with a number: `billing`, `billing-2`. Throws `not_found` for an unknown
 * name and `conflict` for a key that is revoked or has expired.
 */
export async function rotateApiKey(
  parts: ApiKeyParts,
  name: string,
  { overlapMs }: { readonly overlapMs: number },
): Promise<IssuedApiKey> {
  const all = await parts.keys.list();
  const old = all.find((record) => record.name === name);
  if (old === undefined)
    throw new ApiError("not_found", `There is no API key named ${JSON.stringify(name)}.`);
  const now = (parts.clock ?? SYSTEM_CLOCK).now();
  if (old.revokedAt !== undefined || hasPassed(old.expiresAt, now)) {
    throw new ApiError("conflict", `The API key ${JSON.stringify(name)} works no more: issue a new one.`);
  }
  const taken = new Set(all.map((record) => record.name));
  const base = name.replace(/-\d+$/, "");
  let number = 2;
  while (taken.has(`${base}-${number}`)) number++;
  const { principal, roles, live } = old;
  const issued = await issueApiKey(parts, { name: `${base}-${number}`, principal, roles, live });
  const ends = timestampFromMs(now + overlapMs);
  if (old.expiresAt === undefined || Date.parse(ends) < Date.parse(old.expiresAt)) {
    await parts.keys.expire(old.id, ends);
  }
  return issued;
}

/** Tells whether a moment, if there is one, is over. */
export function hasPassed(moment: string | undefined, nowMs: number): boolean {
  return moment !== undefined && Date.parse(moment) <= nowMs;
}
