/**
 * Splits SQL text at the semicolons between statements: not those in strings, quoted names, dollar quotes and comments
 * (PostgreSQL documentation, 4.1). Empty statements are left out, comments before a statement stay with it.
 */
export function splitSql(text: string): readonly string[] {
  const statements: string[] = [];
  let start = 0;
  let hasCode = false;
  for (let at = 0; at < text.length; ) {
    if (text[at] === ";") {
      if (hasCode) statements.push(text.slice(start, at).trim());
      start = ++at;
      hasCode = false;
      continue;
    }
    const next = endOfToken(text, at);
    if (!/^(?:--|\/\*|\s)/.test(text.slice(at, at + 2))) hasCode = true;
    at = next;
  }
  if (hasCode) statements.push(text.slice(start).trim());
  return statements;
}

/** Offset after the comment, string, quoted name, dollar quote or single character at an offset. */
function endOfToken(text: string, at: number): number {
  const pair = text.slice(at, at + 2);
  if (pair === "--") return after(text, text.indexOf("\n", at), 1);
  if (pair === "/*") return endOfComment(text, at);
  if (text[at] === '"') return after(text, text.indexOf('"', at + 1), 1);
  if (text[at] === "'")
    return endOfString(text, at, /(?:^|\W)[eE]$/.test(text.slice(Math.max(0, at - 2), at)));
  if (text[at] === "$") {
    const tag = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(text.slice(at))?.[0];
    if (tag && !/[\w$]$/.test(text.slice(0, at)))
      return after(text, text.indexOf(tag, at + tag.length), tag.length);
  }
  return at + 1;
}

function endOfString(text: string, at: number, backslashes: boolean): number {
  for (let end = at + 1; end < text.length; end++) {
    if (backslashes && text[end] === "\\") end++;
    else if (text[end] === "'") return end + 1;
  }
  return text.length;
}

/** Comments nest. */
function endOfComment(text: string, at: number): number {
  let depth = 0;
  for (let end = at; end < text.length; end++) {
    const pair = text.slice(end, end + 2);
    if (pair === "/*") {
      depth++;
      end++;
    } else if (pair === "*/") {
      end++;
      if (--depth === 0) return end + 1;
    }
  }
  return text.length;
}

function after(text: string, found: number, length: number): number {
  return found === -1 ? text.length : found + length;
}
