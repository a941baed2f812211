import { randomInt } from "node:crypto";

const ALPHABET = "abcdefghjkmnpqrstvwxyz23456789";

/** Makes a slug of a title: its words, and six letters that tell it from those of articles with the same title. */
export function slugOf(title: string): string {
  const words = title
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  const tail = Array.from({ length: 6 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return [...words]
    .slice(0, 80)
    .join("")
    .replace(/-$/, "")
    .concat(words === "" ? "" : "-", tail);
}
