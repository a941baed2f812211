import { BlockList, isIP } from "node:net";
import { UsageError } from "../../base/errors/index.ts";
import type { HttpRequest } from "../protocols/index.ts";

/** Whose word is taken for the caller's address. */
export interface ForwardedOptions {
  /** Addresses or CIDR ranges of proxies, such as `10.0.0.0/8`. Default: none, so that the header is not read at all. */
  readonly trustProxies?: readonly string[];
  /**
   * The header that these proxies write; the other one is never read, since a proxy passes it on from whoever calls.
   * Default `x-forwarded-for`.
   */
  readonly forwardedHeader?: "x-forwarded-for" | "forwarded";
}

/** Finds the address of the caller of a request. */
export type AddressReader = (request: HttpRequest) => string | undefined;

/** Makes the reader: from the peer backwards, the first address that is not a trusted proxy. Throws UsageError. */
export function createAddressReader(options: ForwardedOptions): AddressReader {
  const { trustProxies = [], forwardedHeader = "x-forwarded-for" } = options;
  if (trustProxies.length === 0) return (request) => request.socket.remoteAddress;
  const trusted = new BlockList();
  trustProxies.forEach((range, index) => {
    addRange(trusted, range, index);
  });
  const isTrusted = (address: string) => {
    const version = isIP(address);
    return version !== 0 && trusted.check(address, version === 6 ? "ipv6" : "ipv4");
  };
  return (request) => {
    const peer = request.socket.remoteAddress;
    if (peer === undefined || !isTrusted(peer)) return peer;
    const header = request.headers[forwardedHeader];
    if (header === undefined) return peer;
    const text = Array.isArray(header) ? header.join(",") : header;
    const hops = forwardedHeader === "forwarded" ? parseForwarded(text) : text.split(",").map(bareAddress);
    let address = peer;
    for (const hop of hops.reverse()) {
      // What a proxy could not name, or named in a way that is no address, ends the trail at that proxy.
      if (hop === undefined) return address;
      address = hop;
      if (!isTrusted(hop)) return address;
    }
    return address;
  };
}

function addRange(list: BlockList, range: string, index: number): void {
  const [address = "", prefix, more] = range.split("/");
  const version = isIP(address);
  const width = version === 6 ? 128 : 32;
  const bits = prefix === undefined ? width : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (version === 0 || more !== undefined || bits < 0 || bits > width) {
    throw new UsageError({
      place: `option trustProxies[${index}]`,
      expected: "an IP address or a CIDR range",
      found: JSON.stringify(range),
      fix: 'write it like "10.0.0.0/8" or "2001:db8::1"',
    });
  }
  list.addSubnet(address, bits, version === 6 ? "ipv6" : "ipv4");
}

/** The `for` of each element of a Forwarded header (RFC 7239 section 4); undefined for hidden and unknown ones. */
function parseForwarded(header: string): (string | undefined)[] {
  return header.split(",").map((element) => {
    const found = /(?:^|;)\s*for=(?:"([^"]*)"|([^;\s"]*))/i.exec(element);
    return bareAddress(found?.[1] ?? found?.[2] ?? "");
  });
}

/** Takes off brackets and port; undefined for what is no address. */
function bareAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const bracketed = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(trimmed)?.[1];
  const address = bracketed ?? /^([0-9.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  return isIP(address) === 0 ? undefined : address;
}
