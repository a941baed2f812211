import { type CatalogueEntry, retryText } from "../../contract/emit/index.ts";
import { escapeHtml, htmlPage, inlineHtml } from "./docs-html.ts";

/** Style of the error pages, in a file of its own so that their policy needs no inline style. */
export const ERROR_STYLE = `:root { color-scheme: light dark; --line: #8883; --code: #8882; --link: light-dark(#0b57d0, #8ab4f8) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 6rem }
nav { font-size: .9rem }
a { color: var(--link) }
h1 { font-size: 1.6rem; line-height: 1.2 }
h2 { font-size: 1.15rem; margin: 0; font-family: ui-monospace, monospace }
section { border-top: 1px solid var(--line); padding: 1.25rem 0 }
section:target { background: linear-gradient(90deg, var(--code), transparent); margin: 0 -1rem; padding-left: 1rem }
code { font-family: ui-monospace, monospace; font-size: .9em; background: var(--code); border-radius: .2em; padding: .1em .3em }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: .75rem 0 0 }
dt { opacity: .7 }
dd { margin: 0 }
pre { overflow-x: auto; background: var(--code); border-radius: .4em; padding: .75rem 1rem; font-size: .85rem }
pre code { background: none; padding: 0 }
`;

/** Writes the page of all error codes, each in a section whose anchor is the code. */
export function errorsPage(title: string, head: string, entries: readonly CatalogueEntry[]): string {
  return htmlPage(
    `Errors: ${title}`,
    head,
    `<nav><a href="/docs">Reference</a></nav>
<main>
<h1>Errors of ${escapeHtml(title)}</h1>
<p>Every error is <code>application/problem+json</code> (RFC 9457). Decide by <code>code</code>: codes are stable, texts are not.</p>
${entries.map(entrySection).join("\n")}
</main>`,
  );
}

/** Writes the page of one error code. */
export function errorPage(title: string, head: string, entry: CatalogueEntry): string {
  return htmlPage(
    `${entry.title} (${entry.code}): ${title}`,
    head,
    `<nav><a href="/docs">Reference</a> · <a href="/docs/errors">All errors</a></nav>
<main>
<h1>${escapeHtml(entry.title)}</h1>
${entrySection(entry)}
</main>`,
  );
}

function entrySection(entry: CatalogueEntry): string {
  const data = entry.declared?.data;
  return `<section id="${escapeHtml(entry.code)}">
<h2><a href="/problems/${encodeURIComponent(entry.code)}">${escapeHtml(entry.code)}</a></h2>
<p>${inlineHtml(entry.meaning)} ${inlineHtml(entry.remedy)}</p>
<dl>
<dt>HTTP status</dt><dd>${entry.http}</dd>
<dt>gRPC status</dt><dd>${escapeHtml(entry.grpc)}</dd>
<dt>Does a retry help?</dt><dd>${inlineHtml(retryText(entry.retry))}</dd>
${data === undefined ? "" : `<dt>Data</dt><dd><code>${escapeHtml(dataText(data.type))}</code></dd>`}
</dl>
</section>`;
}

/** Names the members of an error's data: `{ slot: slot id }`. */
function dataText(type: NonNullable<NonNullable<CatalogueEntry["declared"]>["data"]>["type"]): string {
  if (type.kind !== "object") return type.kind;
  const members = Object.entries(type.fields).map(
    ([name, field]) =>
      `${name}${field.optional ? "?" : ""}: ${field.type.kind === "ref" ? `${field.type.resource} id` : field.type.kind}`,
  );
  return `{ ${members.join(", ")} }`;
}
