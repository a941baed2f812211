import type { StringFormat } from "./node.ts";

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const HOSTNAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
const ATOM = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+";
const EMAIL = new RegExp(`^(?=.{1,254}$)(?=[^@]{1,64}@)${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})+$`);
const URI = /^[a-zA-Z][a-zA-Z0-9+.-]*:(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9a-fA-F]{2})+$/;
const UUID = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;
const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/**
 * Whether a text has a format. `email`: a dot-atom at a host name with a dot (RFC 5321, no quoted or non-ASCII parts).
 * `uri`: absolute (RFC 3986). `uuid`: RFC 9562, either case. `hostname`: RFC 1123. `ipv4`, `ipv6`: RFC 3986 section
 * 3.2.2, without zone.
 */
export const FORMATS: Readonly<Record<StringFormat, (text: string) => boolean>> = {
  email: (text) => EMAIL.test(text),
  uri: (text) => URI.test(text) && URL.canParse(text),
  uuid: (text) => UUID.test(text),
  hostname: (text) => HOSTNAME.test(text),
  ipv4: (text) => IPV4.test(text),
  ipv6: isIpv6,
};

function isIpv6(text: string): boolean {
  if (text.length > 45) return false;
  const sides = text.split("::");
  if (sides.length > 2) return false;
  const groups = sides.flatMap((side) => (side === "" ? [] : side.split(":")));
  const last = groups.at(-1);
  const endsInIpv4 = last?.includes(".") === true && !text.endsWith("::");
  const hex = endsInIpv4 ? groups.slice(0, -1) : groups;
  if (endsInIpv4 && !IPV4.test(last)) return false;
  const count = hex.length + (endsInIpv4 ? 2 : 0);
  return (
    hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (sides.length === 2 ? count <= 7 : count === 8)
  );
}
