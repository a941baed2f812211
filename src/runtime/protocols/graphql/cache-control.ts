/**
 * The strictest of several Cache-Control values (RFC 9111 section 5.2.2): what is read from all of them may be kept only
 * as each allows. Undefined where one of them says nothing.
 */
export function strictestCacheControl(values: readonly (string | undefined)[]): string | undefined {
  const distinct = [...new Set(values)];
  if (distinct.length === 0 || distinct.includes(undefined)) return undefined;
  if (distinct.length === 1) return distinct[0];
  const parsed = distinct.map((value) => directives(value ?? ""));
  if (parsed.some((each) => each.has("no-store"))) return "no-store";
  const all = parsed.every((each) => each.has("public"));
  const kept = [all ? "public" : "private"];
  if (parsed.some((each) => each.has("no-cache"))) kept.push("no-cache");
  const ages = parsed.map((each) => each.get("max-age"));
  if (ages.every((age) => age !== undefined)) kept.push(`max-age=${Math.min(...ages.map(Number))}`);
  return kept.join(", ");
}

function directives(value: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of value.split(",")) {
    const [name = "", argument = ""] = part.trim().toLowerCase().split("=");
    found.set(name, argument);
  }
  return found;
}
