import { hash } from "node:crypto";
import { ApiError, CODES } from "../../../base/errors/index.ts";
import { type JsonValue, stringifyJson } from "../../../base/lib/index.ts";
import type { Model } from "../../../contract/model/model.ts";
import {
  acceptsCoding,
  collectionPathOf,
  createMediaTypeNegotiator,
  findStoredCoding,
  formatEntityTag,
  HAL_MEDIA_TYPE,
  parseConditions,
  problemType,
  type RouteTable,
  representationKey,
} from "../../../wire/rest/index.ts";
import { acceptEncoding, codingFor, sendBody } from "../answer.ts";
import type { Exchange } from "../exchange.ts";
import { send } from "../send.ts";

/** What the documents of an API are made from. */
export interface DocumentOptions {
  /** Makes the OpenAPI description, as JSON text, when it is first asked for; served at `/openapi.json` and below the version's path. */
  readonly openApi?: MakeText;
  /** The same for AsyncAPI, at `/asyncapi.json`: for an API with events or streams. */
  readonly asyncApi?: MakeText;
  /** Further texts, each made when it is first asked for. */
  readonly texts?: readonly ServedText[];
  /** Path of the page for people, such as `/docs`. */
  readonly docsPath?: string;
  /** Scheme and authority that the outside sees, such as `https://api.example.com`, for documents that need whole URLs. */
  readonly publicUrl?: string;
  /** Told of everything that becomes a 5xx here. */
  readonly onError?: (exchange: Exchange, thrown: unknown) => void;
}

/** Makes a text, now or, where what makes it has to be loaded, later. */
export type MakeText = () => Promise<string> | string;

/** A text about the API, and how others link to it. */
export interface ServedText {
  readonly path: string;
  /** For log and metrics. */
  readonly name: string;
  readonly mediaType: string;
  /** Relation of a link to it, as IANA names them. */
  readonly rel: "service-meta" | "describedby";
  readonly make: MakeText;
}

/** A text that is the same for everyone until the contract changes. */
export interface Document {
  /** For log and metrics. */
  readonly name: string;
  /** Media type for a caller's Accept; documents are sent whatever it says. */
  readonly mediaTypeFor: (accept: string | undefined) => string;
  /** Made when first asked for: the description of a large API takes long and much memory. */
  readonly made: () => Promise<MadeText> | MadeText;
  readonly link?: string;
}

interface MadeText {
  readonly text: string;
  /** Digest of the text, for its entity tag. */
  readonly digest: string;
}

/** Makes the documents of an API by path: root with links, OpenAPI, AsyncAPI, api-catalog (RFC 9727), a page per error code. */
export function createDocuments(
  model: Model,
  routes: RouteTable,
  options: DocumentOptions,
): ReadonlyMap<string, Document> {
  const { openApi, asyncApi, docsPath, publicUrl = "", texts = [] } = options;
  const documents = new Map<string, Document>();
  const add = (path: string, name: string, mediaType: string, make: MakeText, link?: string) => {
    documents.set(path, {
      name,
      mediaTypeFor: mediaTypeFor(mediaType),
      made: madeOnce(make),
      ...(link === undefined ? {} : { link }),
    });
  };

  const described = openApi === undefined ? [] : [`</openapi.json>; rel="service-desc"; type="${OPENAPI}"`];
  if (asyncApi !== undefined) described.push(`</asyncapi.json>; rel="service-desc"; type="${ASYNCAPI}"`);
  const explained = docsPath === undefined ? [] : [`<${docsPath}>; rel="service-doc"; type="text/html"`];
  const link = [
    ...described,
    ...explained,
    ...texts.map(({ path, rel, mediaType }) => `<${path}>; rel="${rel}"; type="${essence(mediaType)}"`),
    '</.well-known/api-catalog>; rel="api-catalog"',
    '</livez>; rel="status"',
  ];
  for (const path of new Set(["/", routes.base || "/"])) {
    add(path, "root", HAL_MEDIA_TYPE, () => stringifyJson(rootOf(model, routes, options)), link.join(", "));
  }
  const catalog = "/.well-known/api-catalog";
  add(
    catalog,
    "api-catalog",
    'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"',
    () => stringifyJson(catalogOf(routes, publicUrl, options)),
    `<${publicUrl}${catalog}>; rel="api-catalog"`,
  );
  if (openApi !== undefined) {
    const text = madeOnce(openApi);
    for (const path of ["/openapi.json", `${routes.base}/openapi.json`]) {
      documents.set(path, { name: "openapi", mediaTypeFor: mediaTypeFor(OPENAPI), made: text });
    }
  }
  if (asyncApi !== undefined) add("/asyncapi.json", "asyncapi", ASYNCAPI, asyncApi);
  for (const { path, name, mediaType, make } of texts) add(path, name, mediaType, make);
  for (const [code, { http, retry, title }] of Object.entries(CODES)) {
    add(problemType(code), "problem", "application/json", () =>
      stringifyJson({ code, title, status: model.rest.errors?.statuses[code] ?? http, retry }),
    );
  }
  for (const { code, title, status, message } of Object.values(model.errors)) {
    const text = {
      code,
      title,
      status,
      retry: "no",
      ...(message === undefined ? {} : { description: message }),
    };
    add(problemType(code), "problem", "application/json", () => stringifyJson(text));
  }
  return documents;
}

/** Makes a text once; what could not be made is tried again. */
function madeOnce(make: MakeText): Document["made"] {
  let made: Promise<MadeText> | MadeText | undefined;
  const keep = (text: string): MadeText => {
    const whole = { text, digest: hash("sha256", text, "base64url").slice(0, 22) };
    made = whole;
    return whole;
  };
  const again = (error: unknown): never => {
    made = undefined;
    throw error;
  };
  return () => {
    if (made !== undefined) return made;
    const text = make();
    if (typeof text === "string") return keep(text);
    made = text.then(keep, again);
    return made;
  };
}

/** Most tools know the special media types only as JSON, so they get them where they ask for them. */
function mediaTypeFor(mediaType: string): Document["mediaTypeFor"] {
  if (mediaType !== HAL_MEDIA_TYPE && mediaType !== OPENAPI && mediaType !== ASYNCAPI) return () => mediaType;
  const negotiate = createMediaTypeNegotiator(["application/json", mediaType]);
  return (accept) => negotiate(accept) ?? "application/json";
}

const OPENAPI = "application/openapi+json";
const ASYNCAPI = "application/vnd.aai.asyncapi+json";

function essence(mediaType: string): string {
  return mediaType.replace(/;.*$/, "");
}

function rootOf(
  model: Model,
  routes: RouteTable,
  { openApi, docsPath, texts = [] }: DocumentOptions,
): JsonValue {
  const links: Record<string, JsonValue> = { self: { href: "/" } };
  if (openApi !== undefined) links["service-desc"] = { href: "/openapi.json" };
  if (docsPath !== undefined) links["service-doc"] = { href: docsPath };
  for (const { path, rel, mediaType } of texts) links[rel] = { href: path, type: essence(mediaType) };
  links["api-catalog"] = { href: "/.well-known/api-catalog" };
  links.status = { href: "/livez" };
  for (const resource of Object.values(model.resources)) {
    const { [`${resource.name}.list`]: list, [`${resource.name}.create`]: create } = model.operations;
    if (list !== undefined || create !== undefined) {
      links[resource.plural] = { href: collectionPathOf(model, resource.name) };
    }
  }
  for (const operation of Object.values(model.operations)) {
    if (operation.resource === undefined && operation.http?.parameters.length === 0) {
      links[operation.name] = { href: routes.base + operation.http.path };
    }
  }
  return {
    name: model.name,
    title: model.title,
    ...(model.description === undefined ? {} : { description: model.description }),
    version: model.version,
    _links: links,
  };
}

/** RFC 9727 section 4: a linkset (RFC 9264) with the API as its only anchor. */
function catalogOf(routes: RouteTable, publicUrl: string, options: DocumentOptions): JsonValue {
  const { openApi, asyncApi, docsPath, texts = [] } = options;
  const described = [
    ...(openApi === undefined ? [] : [{ href: `${publicUrl}/openapi.json`, type: OPENAPI }]),
    ...(asyncApi === undefined ? [] : [{ href: `${publicUrl}/asyncapi.json`, type: ASYNCAPI }]),
  ];
  return {
    linkset: [
      {
        anchor: publicUrl + routes.base,
        ...(described.length === 0 ? {} : { "service-desc": described }),
        ...(docsPath === undefined
          ? {}
          : { "service-doc": [{ href: publicUrl + docsPath, type: "text/html" }] }),
        ...Object.fromEntries(
          texts.map(({ path, rel, mediaType }) => [
            rel,
            [{ href: publicUrl + path, type: essence(mediaType) }],
          ]),
        ),
        status: [{ href: `${publicUrl}/livez`, type: "application/json" }],
      },
    ],
  };
}

/** Answers GET and HEAD for a document, with an entity tag; anything else gets a 405. */
export function sendDocument(exchange: Exchange, document: Document): Promise<void> | void {
  exchange.operation = document.name;
  if (exchange.method === "OPTIONS") return send(exchange, 204, ["Allow", ALLOW]);
  if (exchange.method !== "GET" && exchange.method !== "HEAD") {
    throw new ApiError("method_not_allowed", `${exchange.method} is not offered here. Allowed: ${ALLOW}.`);
  }
  const made = document.made();
  if (made instanceof Promise) return made.then((later) => sendMade(exchange, document, later));
  return sendMade(exchange, document, made);
}

function sendMade(exchange: Exchange, document: Document, { text, digest }: MadeText): Promise<void> | void {
  const mediaType = document.mediaTypeFor(exchange.request.headers.accept);
  const tag = { representation: representationKey([digest, mediaType]) };
  const headers = [
    ...["Cache-Control", "no-cache", "Vary", "Accept, Accept-Encoding", "X-Content-Type-Options", "nosniff"],
    ...(document.link === undefined ? [] : ["Link", document.link]),
  ];
  const wanted = parseConditions(exchange.request.headers)?.ifNoneMatch;
  const accepted = acceptEncoding(exchange);
  const stored = wanted && findStoredCoding(wanted, tag, (coding) => acceptsCoding(accepted, coding));
  if (stored !== undefined) {
    return send(exchange, 304, [...headers, "ETag", formatEntityTag({ ...tag, coding: stored })]);
  }
  const coding = codingFor(exchange, text);
  headers.push("ETag", formatEntityTag({ ...tag, coding }), "Content-Type", mediaType);
  return sendBody(exchange, 200, headers, { body: text, coding });
}

/** Value of the Allow header of every document. */
export const ALLOW = "GET, HEAD, OPTIONS";
