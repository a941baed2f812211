import type { AuthenticationModel } from "./model.ts";
import { isRecord, type OptionReader, readOptions } from "./read-options.ts";
import { type Report, show } from "./report.ts";

/** Schemes with a syntax of their own after the word. */
const OTHER_SYNTAX = ["basic", "digest", "negotiate", "hoba", "mutual"];

/** Compiles an api's `authentication`; API keys where it says nothing. */
export function compileAuthentication(api: OptionReader, report: Report): readonly AuthenticationModel[] {
  const given = api.list("authentication", "ways: apiKeys, bearerTokens({ … })");
  if (given === undefined) return [{ kind: "api-keys" }];
  const place = "api, authentication";
  if (given.length === 0) {
    const fix = "remove it for API keys; operations that anyone may call need no credentials anyway";
    report({ place, expected: "at least one way", found: "none", fix });
  }
  const ways: AuthenticationModel[] = [];
  const taken = new Map<string, string>();
  given.forEach((way, index) => {
    const at = `${place}[${index}]`;
    const compiled = compileWay(way, at, report);
    if (compiled === undefined) return;
    const name = compiled.kind === "bearer" ? compiled.scheme.toLowerCase() : compiled.kind;
    const other = taken.get(name);
    if (other !== undefined) {
      const found = compiled.kind === "bearer" ? `${show(compiled.scheme)}, which ${other} has` : "it twice";
      report({ place: at, expected: "each scheme once", found, fix: "remove one" });
    }
    taken.set(name, at);
    ways.push(compiled);
  });
  return ways;
}

function compileWay(way: unknown, place: string, report: Report): AuthenticationModel | undefined {
  if (isRecord(way) && way.kind === "api-keys") return { kind: "api-keys" };
  if (!isRecord(way) || way.kind !== "bearer") {
    const fix = typeof way === "function" ? "call it: bearerTokens()" : "use one of these";
    report({ place, expected: "apiKeys or bearerTokens({ … })", found: show(way), fix });
    return undefined;
  }
  const known = ["kind", "scheme", "format", "description"];
  const read = readOptions(way, `${place}.`, { known, report });
  const scheme = read.text("scheme") ?? "Bearer";
  const format = read.text("format");
  const description = read.text("description");
  // RFC 9110 section 11.1: a scheme is a token.
  if (!/^[A-Za-z][A-Za-z0-9._~+-]{0,31}$/.test(scheme) || OTHER_SYNTAX.includes(scheme.toLowerCase())) {
    report({
      place: `${place}.scheme`,
      expected: "one word, other than those with a syntax of their own",
      found: show(scheme),
      fix: 'write "Bearer" or "Token"',
    });
    return undefined;
  }
  return {
    kind: "bearer",
    scheme,
    ...(format === undefined ? {} : { format }),
    ...(description === undefined ? {} : { description }),
  };
}
