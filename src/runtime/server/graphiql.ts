import { createMediaTypeNegotiator } from "../../wire/rest/index.ts";
import { bundleName, createBundleReader } from "./bundle.ts";
import { escapeHtml, htmlPage } from "./docs-html.ts";
import { GRAPHIQL_SCRIPT, GRAPHIQL_STYLE } from "./graphiql-bundle.ts";
import {
  bundleAnswer,
  FRAME_POLICY,
  fileAnswer,
  type PageAnswer,
  type PageRequestHeaders,
  pageAnswer,
  textDigest,
} from "./page-answer.ts";
import { GRAPHQL_PATH } from "./paths.ts";

/** A request as far as the page needs it. */
export interface GraphiqlRequest {
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: PageRequestHeaders;
}

/** GraphiQL, served from here. */
export interface GraphiqlHandler {
  /** Paths of what the page loads. */
  readonly files: readonly string[];
  /** The page for browsers that open `/graphql` without asking for anything, or a file of it; undefined for all else. */
  answer(request: GraphiqlRequest): Promise<PageAnswer> | PageAnswer | undefined;
}

/** Makes the handler. The bundles are read when they are first asked for; the page loads nothing from other servers. */
export function createGraphiqlHandler(title: string): GraphiqlHandler {
  const scriptPath = `${GRAPHQL_PATH}/${bundleName("graphiql", GRAPHIQL_SCRIPT, "js")}`;
  const stylePath = `${GRAPHQL_PATH}/${bundleName("graphiql", GRAPHIQL_STYLE, "css")}`;
  const startPath = `${GRAPHQL_PATH}/start-${textDigest(START)}.js`;
  const ownStylePath = `${GRAPHQL_PATH}/page-${textDigest(OWN_STYLE)}.css`;
  const readScript = createBundleReader(GRAPHIQL_SCRIPT);
  const readStyle = createBundleReader(GRAPHIQL_STYLE);
  const html = htmlPage(
    `GraphiQL: ${title}`,
    `<link rel="stylesheet" href="${stylePath}">
<link rel="stylesheet" href="${ownStylePath}">`,
    `<noscript><p>${escapeHtml(title)}: this page needs JavaScript.</p></noscript>
<div id="graphiql"></div>
<script src="${scriptPath}"></script>
<script src="${startPath}"></script>`,
  );
  const answer: GraphiqlHandler["answer"] = ({ path, query, headers }) => {
    switch (path) {
      case GRAPHQL_PATH: {
        // A link to a query is a request for its answer.
        if (query !== "" || prefersHtml(headers.accept) !== "text/html") return undefined;
        const answer = pageAnswer(html, POLICY);
        return { ...answer, headers: [...answer.headers, "Vary", "Accept"] };
      }
      case scriptPath:
        return bundleAnswer(readScript, "text/javascript; charset=utf-8", headers["accept-encoding"]);
      case stylePath:
        return bundleAnswer(readStyle, "text/css; charset=utf-8", headers["accept-encoding"]);
      case startPath:
        return fileAnswer("text/javascript; charset=utf-8", START);
      case ownStylePath:
        return fileAnswer("text/css; charset=utf-8", OWN_STYLE);
    }
    return undefined;
  };
  return { files: [scriptPath, stylePath, startPath, ownStylePath], answer };
}

const prefersHtml = createMediaTypeNegotiator(["application/json", "text/html"]);

const START = `const defaultQuery = \`# Ctrl-Enter runs the query. Who calls is said in "Headers" below:
# { "Authorization": "Bearer <a key of .concordat/dev.json>" }
query {
  __typename
}
\`;
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: location.pathname }),
    defaultQuery,
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: false,
  }),
);
`;

const OWN_STYLE = `html, body, #graphiql { height: 100%; margin: 0; overflow: hidden }
`;

// The editor sets styles from script, by element and by attribute, which no nonce or hash covers.
const POLICY = `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; ${FRAME_POLICY}`;
