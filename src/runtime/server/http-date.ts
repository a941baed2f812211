let second = 0;
let text = "";

/** The time for a Date header (RFC 9110 section 6.6.1). It has whole seconds, so it is written once in each. */
export function httpDate(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    text = new Date(now * 1000).toUTCString();
  }
  return text;
}
