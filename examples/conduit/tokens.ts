import { randomBytes } from "node:crypto";
import { type Authenticate, UsageError } from "concordat";
import { jwtVerify, SignJWT } from "jose";
import { User } from "./contract.ts";

const LIFETIME_SECONDS = 30 * 86_400;
const ALGORITHM = "HS256";

/** Without CONDUIT_SECRET tokens last as long as the process; set it where several processes serve, as with `--workers`. */
const secret = secretOf(process.env.CONDUIT_SECRET);

function secretOf(given: string | undefined): Uint8Array {
  if (given === undefined) return randomBytes(32);
  // RFC 7518 section 3.2: as long as the hash.
  if (given.length >= 32) return new TextEncoder().encode(given);
  throw new UsageError({
    place: "CONDUIT_SECRET",
    expected: "at least 32 characters",
    found: `${given.length}`,
    fix: "make one with: openssl rand -base64 32",
  });
}

/** Signs the token that a user signs in with; `now` is RFC 3339. */
export function signToken(userId: string, now: string): Promise<string> {
  const seconds = Math.floor(Date.parse(now) / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: ALGORITHM })
    .setSubject(userId)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + LIFETIME_SECONDS)
    .sign(secret);
}

/** Makes the caller of a token: signed by us, with the one algorithm we use, not expired, of a user who is still there. */
export const authenticate: Authenticate = async ({ token }, { db, now }) => {
  const currentDate = new Date(now());
  const verified = await jwtVerify(token, secret, { algorithms: [ALGORITHM], currentDate }).catch(
    () => undefined,
  );
  const id = verified?.payload.sub;
  const user = id === undefined ? undefined : await db.find(User, id);
  return user && { id: user.id };
};
