import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** RFC 7914: 32 MiB and some 80 milliseconds for each guess. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const KEY_BYTES = 32;

/** Hashes a password with a salt of its own; cost and salt stand in the text, so that the cost can grow. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST.N);
  return ["scrypt", COST.N, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/**
 * Tells whether a password fits a hash, in the same time whatever comes. Without a hash, since there is no such user, it
 * does the same work for nothing: how long an answer takes must not tell who is registered.
 */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, cost = COST.N, salt = "", expected = ""] = hash?.split("$") ?? [];
  const key = await derive(password, Buffer.from(salt, "base64url"), Number(cost));
  const wanted = Buffer.from(expected, "base64url");
  return wanted.length === key.length && timingSafeEqual(key, wanted);
}

function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same letters may be written in two ways in Unicode.
    scrypt(password.normalize("NFKC"), salt, KEY_BYTES, { ...COST, N: cost }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
