import type { Bundle } from "./bundle.ts";

/** The script of GraphiQL and of the React that it runs on, as assets/graphiql/update.ts fetched them. */
export const GRAPHIQL_SCRIPT: Bundle = {
  file: new URL("../../../assets/graphiql/graphiql.js.br", import.meta.url),
  version: "3.9.0",
  sha256: "f1ed582f8a43c36d2b84af9bb6ae010d2461dca6755a7463ac743a57570e9417",
};

/** GraphiQL's style sheet, without its fonts. */
export const GRAPHIQL_STYLE: Bundle = {
  file: new URL("../../../assets/graphiql/graphiql.css.br", import.meta.url),
  version: "3.9.0",
  sha256: "42f6189591b830b14d391333130056c61a98409a7f369c64d070bf686ae4c231",
};
