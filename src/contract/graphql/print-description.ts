import { quote } from "./default-literal.ts";

/** Longest description on a line of its quotes. */
const SHORT = 70;

/**
 * Writes a description before what it describes: as a block string (GraphQL section 2.9.4) where that keeps every
 * character, else as a plain one. Within a type, a blank line comes before all but the first.
 */
export function printDescriptionText(text: string | undefined, indent: string, first = true): string {
  if (text === undefined) return "";
  const written = isBlockText(text) ? block(text) : quote(text);
  return `${first ? "" : "\n"}${indent}${written.replaceAll("\n", `\n${indent}`)}\n`;
}

function block(text: string): string {
  const escaped = text.replaceAll('"""', '\\"""');
  const endsQuoted = text.endsWith('"') && !escaped.endsWith('\\"""');
  const others = escaped.split("\n").slice(1);
  const indented = others.length > 0 && others.every((line) => line === "" || /^[\t ]/.test(line));
  const trailing = endsQuoted || text.endsWith("\\");
  const several =
    others.length > 0 || text.length > SHORT || trailing || indented || escaped.endsWith('\\"""');
  const skipLeading = others.length === 0 && /^[\t ]/.test(text);
  const before = (several && !skipLeading) || indented ? "\n" : "";
  return `"""${before}${escaped}${several ? "\n" : ""}"""`;
}

/** Whether reading the text back as a block string gives the same text: no lines or indents that it would drop. */
function isBlockText(text: string): boolean {
  if (text === "") return true;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a block string cannot have them.
  if (/[\u0000-\u0008\u000b-\u000f]/.test(text)) return false;
  const lines = text.split("\n");
  const isBlank = (line: string | undefined) => line !== undefined && /^[\t ]*$/.test(line);
  if (isBlank(lines[0]) && lines.length > 1) return false;
  if (isBlank(lines.at(-1))) return false;
  return lines.length === 1 || lines.some((line) => !isBlank(line) && /^[^\t ]/.test(line));
}
