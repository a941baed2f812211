/** Which pages may call: those of this machine, of the service itself, and those named. */
export type OriginCheck = (origin: string | undefined) => boolean;

/**
 * Makes the check of Origin. A page of anybody else that a browser shows may have the name of this server's address (DNS
 * rebinding), so neither Host nor the connection tell it from a friend (Streamable HTTP, Security & Endpoint). What is no
 * browser sends none and is let through.
 */
export function createOriginCheck(allowed: readonly string[]): OriginCheck {
  const known = new Set(allowed.map((origin) => origin.toLowerCase()));
  return (origin) => origin === undefined || known.has(origin.toLowerCase()) || isLoopback(origin);
}

function isLoopback(origin: string): boolean {
  return /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?$/i.test(origin);
}
