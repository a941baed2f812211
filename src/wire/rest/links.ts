/** The part of a page that its links are made from. */
export interface PagePosition {
  readonly nextCursor: string | null;
  readonly prevCursor: string | null;
}

/** References to the neighbours of a page, from the root. */
export interface PageLinks {
  readonly first: string;
  readonly next?: string;
  readonly prev?: string;
}

/** Makes the references to a page's neighbours: the same question with another cursor. `query` is as it came, without `?`. */
export function pageLinks(path: string, query: string, position: PagePosition): PageLinks {
  const question = query
    .split("&")
    .filter((part) => part !== "" && !/^(?:cursor|offset)(?:=|$)/.test(part))
    .join("&");
  const at = (cursor: string) =>
    `${path}?${question}${question === "" ? "" : "&"}cursor=${encodeURIComponent(cursor)}`;
  return {
    first: question === "" ? path : `${path}?${question}`,
    ...(position.nextCursor === null ? {} : { next: at(position.nextCursor) }),
    ...(position.prevCursor === null ? {} : { prev: at(position.prevCursor) }),
  };
}

/** Writes page links as a Link header (RFC 8288). */
export function formatPageLinks({ first, next, prev }: PageLinks): string {
  const links = [`<${first}>; rel="first"`];
  if (prev !== undefined) links.push(`<${prev}>; rel="prev"`);
  if (next !== undefined) links.push(`<${next}>; rel="next"`);
  return links.join(", ");
}
