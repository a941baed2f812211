import { EXAMPLE_IDEMPOTENCY_KEY, errorCatalogue } from "../../contract/emit/index.ts";
import type { Model } from "../../contract/model/index.ts";
import { createMediaTypeNegotiator } from "../../wire/rest/index.ts";
import { bundleName, createBundleReader } from "./bundle.ts";
import { DOCS_BUNDLE } from "./docs-bundle.ts";
import { ERROR_STYLE, errorPage, errorsPage } from "./docs-errors.ts";
import { escapeHtml, htmlPage } from "./docs-html.ts";
import {
  bundleAnswer,
  FRAME_POLICY,
  fileAnswer,
  type PageAnswer,
  type PageRequestHeaders,
  pageAnswer,
  textDigest,
} from "./page-answer.ts";

/** What the pages point to. */
export interface DocsOptions {
  /** Path of the OpenAPI document on the same server. Default `/openapi.json`. */
  readonly openApiPath?: string;
}

/**
 * Answers GET and HEAD for the reference: `/docs`, `/docs/errors`, the scripts and styles they load, and
 * `/problems/<code>` for those who would rather have HTML than JSON. Undefined for any other request. Rejects when the
 * bundle in assets cannot be read.
 */
export type DocsHandler = (
  path: string,
  headers?: PageRequestHeaders,
) => Promise<PageAnswer> | PageAnswer | undefined;

/**
 * Makes the handler. The bundle is read when it is first asked for; the pages load nothing from other servers.
 */
export function createDocsHandler(model: Model, options: DocsOptions = {}): DocsHandler {
  const openApi = options.openApiPath ?? "/openapi.json";
  const start = startScript(openApi);
  const bundlePath = `/docs/${bundleName("scalar", DOCS_BUNDLE, "js")}`;
  const startPath = `/docs/start-${textDigest(start)}.js`;
  const stylePath = `/docs/errors-${textDigest(ERROR_STYLE)}.css`;
  const readBundle = createBundleReader(DOCS_BUNDLE);
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
  return (path, headers = {}) => {
    switch (path) {
      case "/docs":
      case "/docs/":
        return pageAnswer(reference, REFERENCE_POLICY);
      case "/docs/errors":
        return pageAnswer(errorsPage(model.title, errorHead, entries), ERROR_POLICY);
      case bundlePath:
        return bundleAnswer(readBundle, SCRIPT, headers["accept-encoding"]);
      case startPath:
        return fileAnswer(SCRIPT, start);
      case stylePath:
        return fileAnswer("text/css; charset=utf-8", ERROR_STYLE);
    }
    if (!path.startsWith("/problems/") || prefersHtml(headers.accept) !== "text/html") return undefined;
    const entry = entries.find(({ code }) => path === `/problems/${code}`);
    if (entry === undefined) return undefined;
    const answer = pageAnswer(errorPage(model.title, errorHead, entry), ERROR_POLICY);
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

const SCRIPT = "text/javascript; charset=utf-8";

// The bundle sets styles from script, by element and by attribute, which no nonce or hash covers. Calls tried out go to
// this server too.
const REFERENCE_POLICY = `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; ${FRAME_POLICY}`;
const ERROR_POLICY = `default-src 'none'; style-src 'self'; img-src data:; ${FRAME_POLICY}`;
