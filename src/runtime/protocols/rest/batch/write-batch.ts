import { stringifyJson } from "../../../../base/lib/index.ts";
import type { WholeAnswer } from "../../http.ts";

/** Writes the answer of a batch; bodies in JSON stand in it as they are, others as text or, where they are bytes, base64. */
export function writeBatch(
  parts: readonly { readonly id: string | undefined; readonly answer: WholeAnswer }[],
): string {
  return `{"responses":[${parts.map(({ id, answer }) => writePart(id, answer)).join(",")}]}`;
}

function writePart(id: string | undefined, { status, fixed, headers, body }: WholeAnswer): string {
  const named: Record<string, string> = {};
  for (const pairs of [fixed.pairs, headers]) {
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const name = (pairs[at] ?? "").toLowerCase();
      // The batch has it, once for all.
      if (name === "x-request-id") continue;
      named[name] = named[name] === undefined ? (pairs[at + 1] ?? "") : `${named[name]}, ${pairs[at + 1]}`;
    }
  }
  const head = id === undefined ? "" : `"id":${JSON.stringify(id)},`;
  const text = body === undefined ? "" : `,"body":${writeBody(named["content-type"] ?? "", body)}`;
  return `{${head}"status":${status},"headers":${stringifyJson(named)}${text}}`;
}

function writeBody(mediaType: string, body: string | Uint8Array): string {
  if (typeof body !== "string") return JSON.stringify(Buffer.from(body).toString("base64"));
  return /^application\/(?:[\w.-]+\+)?json\b/.test(mediaType) ? body : JSON.stringify(body);
}
