import { createHash } from "node:crypto";
import { EXAMPLE_IDEMPOTENCY_KEY, errorCatalogue } from "../../contract/emit/index.ts";
import type { Model } from "../../contract/model/index.ts";
import { acceptsCoding, createMediaTypeNegotiator } from "../../wire/rest/index.ts";
import { type BundleCoding, createBundleReader, DOCS_BUNDLE } from "./docs-bundle.ts";
import { ERROR_STYLE, errorPage, errorsPage } from "./docs-errors.ts";
import { escapeHtml, htmlPage } from "./docs-html.ts";

/** One answer to GET or HEAD. */
export interface DocsAnswer {
  readonly status: 200;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array;
}

/** What the pages point to. */
export interface DocsOptions {
  /** Path of the OpenAPI document on the same server. Default `/openapi.json`. */
  readonly openApiPath?: string;
}

/** Request headers that the answers depend on. */
export interface DocsRequestHeaders {
  readonly accept?: string | undefined;
  readonly "accept-encoding"?: string | undefined;
}

/**
 * Answers GET and HEAD for the reference: `/docs`, `/docs/errors`, the scripts and styles they load, and
 * `/problems/<code>` for those who would rather have HTML than JSON. Undefined for any other request. Rejects when the
 * bundle in assets cannot be read.
 */
export type DocsHandler = (
  path: string,
  headers?: DocsRequestHeaders,
) => Promise<DocsAnswer> | DocsAnswer | undefined;

/**
 * Makes the handler. The bundle is read when it is first asked for; the pages load nothing from other servers.
 */
export function createDocsHandler(model: Model, options: DocsOptions = {}): DocsHandler {
  const openApi = options.openApiPath ?? "/openapi.json";
  const start = startScript(openApi);
  const bundlePath = `/docs/scalar-${DOCS_BUNDLE.version}-${DOCS_BUNDLE.sha256.slice(0, 12)}.js`;
  const startPath = `/docs/start-${digest(start)}.js`;
  const stylePath = `/docs/errors-${digest(ERROR_STYLE)}.css`;
  const readBundle = createBundleReader();
  const entries = errorCatalogue(model);
  const errorHead = `<link rel="stylesheet" href="${stylePath}">`;

  const reference = htmlPage(
    model.title,
    "",
    `<noscript><p>${escapeHtml(model.title)}: this page needs JavaScript. <a href="${escapeHtml(openApi)}">OpenAPI document</a> · <a href="/docs/errors">Errors</a></p></noscript>
<div id="reference"></div>
<script src="${bundlePath}"></script>
<script src="${startPath}"></script>`,
  );
  const bundle = async (acceptEncoding: string | undefined): Promise<DocsAnswer> => {
    const coding = bundleCoding(acceptEncoding);
    const headers = [...immutable("text/javascript; charset=utf-8"), "Vary", "Accept-Encoding"];
    if (coding !== "identity") headers.push("Content-Encoding", coding);
    return { status: 200, headers, body: await readBundle(coding) };
  };

  return (path, headers = {}) => {
    switch (path) {
      case "/docs":
      case "/docs/":
        return page(reference, REFERENCE_POLICY);
      case "/docs/errors":
        return page(errorsPage(model.title, errorHead, entries), ERROR_POLICY);
      case bundlePath:
        return bundle(headers["accept-encoding"]);
      case startPath:
        return { status: 200, headers: immutable("text/javascript; charset=utf-8"), body: start };
      case stylePath:
        return { status: 200, headers: immutable("text/css; charset=utf-8"), body: ERROR_STYLE };
    }
    if (!path.startsWith("/problems/") || prefersHtml(headers.accept) !== "text/html") return undefined;
    const entry = entries.find(({ code }) => path === `/problems/${code}`);
    if (entry === undefined) return undefined;
    const answer = page(errorPage(model.title, errorHead, entry), ERROR_POLICY);
    return { ...answer, headers: [...answer.headers, "Vary", "Accept"] };
  };
}

/**
 * What the page does once the bundle is there. Whatever would ask other servers is off. The bundle shows the example of
 * the last JSON media type of an answer, so those of HAL are left out of what it shows; the download has them.
 */
function startScript(openApiPath: string): string {
  const configuration = {
    url: openApiPath,
    documentDownloadType: "direct",
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: "never",
    hideClientButton: true,
    modelsSectionLabel: "Schemas",
    authentication: { preferredSecurityScheme: "bearer" },
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  };
  return `async function fetchFor(input, init) {
  const request = new Request(input, init);
  // A key that nobody typed in is sent as no key.
  if (request.headers.get("authorization")?.trim() === "Bearer") request.headers.delete("authorization");
  // The example key would make every request after the first a repetition of it.
  if (request.headers.get("idempotency-key") === ${JSON.stringify(EXAMPLE_IDEMPOTENCY_KEY)}) {
    request.headers.set("idempotency-key", crypto.randomUUID());
  }
  const response = await fetch(request);
  if (!response.ok || new URL(response.url).pathname !== ${JSON.stringify(openApiPath)}) return response;
  const shown = await response.json();
  shown.externalDocs ??= { url: "/docs/errors", description: "Error codes" };
  for (const operations of Object.values(shown.paths)) {
    for (const { responses } of Object.values(operations)) {
      for (const { content } of Object.values(responses ?? {})) delete content?.["application/hal+json"];
    }
  }
  return Response.json(shown);
}
Scalar.createApiReference("#reference", { ...${JSON.stringify(configuration)}, customFetch: fetchFor });
`;
}

const prefersHtml = createMediaTypeNegotiator(["application/json", "text/html"]);

function bundleCoding(acceptEncoding: string | undefined): BundleCoding {
  if (acceptsCoding(acceptEncoding, "br")) return "br";
  return acceptsCoding(acceptEncoding, "gzip") ? "gzip" : "identity";
}

const SAFE = ["X-Content-Type-Options", "nosniff", "Referrer-Policy", "no-referrer"];

function page(html: string, policy: string): DocsAnswer {
  const headers = ["Content-Type", "text/html; charset=utf-8", "Cache-Control", "no-cache"];
  return { status: 200, headers: [...headers, "Content-Security-Policy", policy, ...SAFE], body: html };
}

/** Headers of a file whose name changes with its content. */
function immutable(contentType: string): string[] {
  return ["Content-Type", contentType, "Cache-Control", "public, max-age=31536000, immutable", ...SAFE];
}

const FRAME = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// The bundle sets styles from script, by element and by attribute, which no nonce or hash covers. Calls tried out go to
// this server too.
const REFERENCE_POLICY = `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; ${FRAME}`;
const ERROR_POLICY = `default-src 'none'; style-src 'self'; img-src data:; ${FRAME}`;

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
