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
 * Authenticates API keys. A key is looked up by its SHA-256 and remembered for a moment under that hash, never under
 * itself; one with a wrong form or checksum is refused without a lookup. Synchronous where the key is remembered.
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

  const accept = ({ record, principal }: Entry): Principal | undefined => {
    const now = clock.now();
    if (record === undefined || record.revokedAt !== undefined || hasPassed(record.expiresAt, now)) {
      return undefined;
    }
    used.add(record.id);
    if (now - touchedAt >= touchMs) void flush();
    return principal;
  };

  const lookUp = async (hash: string): Promise<Entry> => {
    const record = await keys.findByHash(hash);
    const entry = { record, principal: record && principalOf(record), staleAt: clock.now() + cacheMs };
    entries.delete(hash);
    entries.set(hash, entry);
    if (entries.size > MOST_ENTRIES) {
      const [oldest = ""] = entries.keys();
      entries.delete(oldest);
    }
    return entry;
  };

  /** Many calls with one key that is not remembered ask the database once. */
  const find = async (hash: string): Promise<Principal | undefined> => {
    let lookup = lookups.get(hash);
    if (lookup === undefined) {
      lookup = lookUp(hash).finally(() => lookups.delete(hash));
      lookups.set(hash, lookup);
    }
    return accept(await lookup);
  };

  return {
    authenticate({ key }: ApiKeyCredentials) {
      const hash = hashApiKey(key);
      const entry = entries.get(hash);
      if (entry !== undefined && clock.now() < entry.staleAt) return accept(entry);
      const form = parseApiKey(key);
      if (form === undefined || (live !== undefined && form.live !== live)) return undefined;
      return find(hash);
    },
    flush,
  };
}

function principalOf({ id, principal, roles, live }: ApiKeyRecord): Principal {
  return Object.freeze({ id: principal, roles: Object.freeze([...roles]), credentialId: id, live });
}
