import { timestampFromMs } from "../../base/lib/index.ts";
import type { ApiKeyCredentials, Principal } from "../engine/call.ts";
import type { ApiKeyRecord, ApiKeyStore, Authenticator, Clock, Logger } from "../engine/ports.ts";
import { hashApiKey, parseApiKey } from "./api-key.ts";
import { hasPassed } from "./issue-api-key.ts";

export interface ApiKeyAuthenticatorOptions {
  readonly keys: ApiKeyStore;
  readonly clock: Clock;
  /** How long a key once found is trusted; a revocation is seen within it. Default 5,000. */
  readonly cacheMs?: number;
  /** True: only live keys work; false: only test keys. Default: both, and the principal's `live` tells which. */
  readonly live?: boolean;
  /** How often uses are written to `lastUsedAt`. Default 60,000. */
  readonly touchMs?: number;
  readonly logger?: Logger;
}

export interface ApiKeyAuthenticator extends Authenticator {
  /** Writes the uses not yet written; call it before the store is closed. */
  flush(): Promise<void>;
}

interface Entry {
  readonly record: ApiKeyRecord | undefined;
  readonly principal: Principal | undefined;
  readonly staleAt: number;
}

const DEFAULT_CACHE_MS = 5000;
const DEFAULT_TOUCH_MS = 60_000;
// Some megabytes. Beyond it the oldest are looked up again.
const MOST_ENTRIES = 10_000;

/**
 * Authenticates API keys. A key is looked up by its SHA-256; one with a wrong form or checksum is refused without a
 * lookup. Synchronous where the key is remembered.
 *
 * For `cacheMs` a key is remembered under its own text, in memory only: hashing it for each call would cost more than
 * all else that is done for it. How long the map takes to answer tells nothing of a key, since V8 compares texts only
 * where their hashes agree, which it seeds anew in each process.
 */
export function createApiKeyAuthenticator(options: ApiKeyAuthenticatorOptions): ApiKeyAuthenticator {
  const { keys, clock, cacheMs = DEFAULT_CACHE_MS, live, touchMs = DEFAULT_TOUCH_MS, logger } = options;
  const entries = new Map<string, Entry>();
  const lookups = new Map<string, Promise<Entry>>();
  const used = new Set<string>();
  let touchedAt = clock.now();

  const flush = async (): Promise<void> => {
    touchedAt = clock.now();
    if (used.size === 0) return;
    const ids = [...used];
    used.clear();
    try {
      await keys.touch(ids, timestampFromMs(touchedAt));
    } catch (error) {
      // A date of last use is not worth failing a call for.
      logger?.warn({ err: error }, "The last use of API keys could not be written");
    }
  };

  const accept = ({ record, principal }: Entry, now: number): Principal | undefined => {
    if (record === undefined || record.revokedAt !== undefined || hasPassed(record.expiresAt, now)) {
      return undefined;
    }
    used.add(record.id);
    if (now - touchedAt >= touchMs) void flush();
    return principal;
  };

  const lookUp = async (key: string): Promise<Entry> => {
    const record = await keys.findByHash(hashApiKey(key));
    const now = clock.now();
    const entry = { record, principal: record && principalOf(record), staleAt: now + cacheMs };
    entries.delete(key);
    entries.set(key, entry);
    // The oldest stand first, so the first that is fresh ends the search.
    for (const [oldest, { staleAt }] of entries) {
      if (staleAt > now && entries.size <= MOST_ENTRIES) break;
      entries.delete(oldest);
    }
    return entry;
  };

  /** Many calls with one key that is not remembered ask the database once. */
  const find = async (key: string): Promise<Principal | undefined> => {
    let lookup = lookups.get(key);
    if (lookup === undefined) {
      lookup = lookUp(key).finally(() => lookups.delete(key));
      lookups.set(key, lookup);
    }
    return accept(await lookup, clock.now());
  };

  return {
    authenticate({ key }: ApiKeyCredentials) {
      const entry = entries.get(key);
      if (entry !== undefined) {
        const now = clock.now();
        if (now < entry.staleAt) return accept(entry, now);
      }
      const form = parseApiKey(key);
      if (form === undefined || (live !== undefined && form.live !== live)) return undefined;
      return find(key);
    },
    flush,
  };
}

function principalOf({ id, principal, roles, live }: ApiKeyRecord): Principal {
  return Object.freeze({ id: principal, roles: Object.freeze([...roles]), credentialId: id, live });
}
