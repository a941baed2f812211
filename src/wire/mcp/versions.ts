/** The version that every request says for itself, without a handshake. */
export const MODERN_VERSION = "2026-07-28";

/** Versions that begin with `initialize` and have the MCP-Protocol-Version header, newest first. */
export const HANDSHAKE_VERSIONS: readonly string[] = ["2025-11-25", "2025-06-18"];

/** Every version that is spoken, newest first. */
export const VERSIONS: readonly string[] = [MODERN_VERSION, ...HANDSHAKE_VERSIONS];

/** The version to answer an `initialize` with: the one asked for where it is spoken, else the newest with a handshake. */
export function negotiateVersion(asked: unknown): string {
  const known = HANDSHAKE_VERSIONS.find((version) => version === asked);
  return known ?? HANDSHAKE_VERSIONS[0] ?? MODERN_VERSION;
}
