import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** A response that fits the document, with its body read. */
export interface CheckedResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else text. */
  readonly body: any;
}

/** Calls one operation of the document and holds what comes back to what the document says of it. */
export type CheckedFetch = (method: string, path: string, init?: CheckedInit) => Promise<CheckedResponse>;

export interface CheckedInit {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is where it is a string or a form, else as JSON. */
  readonly body?: unknown;
}

/** Which operations and statuses have been seen: `POST /appointments 409`. */
export type Seen = Set<string>;

/** Makes a fetch that fails where status, headers, media type or body of an answer are not those of the OpenAPI document. */
export function createCheckedFetch(document: any, url: string, seen: Seen): CheckedFetch {
  const ajv = new Ajv2020({ strict: false, allowUnionTypes: true, ownProperties: true });
  addFormats.default(ajv);
  // Formats that JSON numbers have in OpenAPI are annotations; addFormats knows the rest.
  ajv.addSchema({ ...document, $id: "openapi" });
  const validators = new Map<string, ValidateFunction>();
  const base = new URL(document.servers[0].url, url).href.replace(/\/$/, "");

  const resolve = (part: any): any => {
    if (part?.$ref === undefined) return part;
    return part.$ref
      .slice(2)
      .split("/")
      .reduce((inner: any, name: string) => inner[name], document);
  };
  const validate = (pointer: string, body: unknown, told: string) => {
    const validator = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
    validators.set(pointer, validator);
    assert.ok(validator(body), `${told}: ${JSON.stringify(validator.errors)} in ${JSON.stringify(body)}`);
  };

  return async (method, path, init = {}) => {
    const [template, operation] = findOperation(document, method, path);
    const { body } = init;
    const response = await fetch(base + path, {
      method,
      headers: { ...(isJson(body) ? { "content-type": "application/json" } : {}), ...init.headers },
      body: bodyOf(body),
    });
    const text = await response.text();
    const told = `${method} ${path} ${response.status}`;
    const given = operation.responses[String(response.status)];
    assert.ok(given, `${told} is not in the document: ${text}`);
    seen.add(`${method} ${template} ${response.status}`);
    const described = resolve(given);
    checkHeaders(response, described, resolve, told);
    if (text === "") return { status: response.status, headers: response.headers, body: undefined };
    const mediaType = (response.headers.get("content-type") ?? "").split(";")[0]!;
    const known = Object.keys(described.content ?? {});
    const offered = known.some(
      (one) => one === mediaType || one === mediaType.replace(/\/.*/, "/*") || one === "*/*",
    );
    assert.ok(offered, `${told}: ${mediaType} is not in the document`);
    if (!/json$/.test(mediaType)) return { status: response.status, headers: response.headers, body: text };
    const json = JSON.parse(text);
    const sparse = response.ok && /[?&]fields=/.test(path);
    // With `fields`, what the schema requires may be missing, as the parameter says.
    if (!sparse) {
      const place =
        given.$ref?.slice(1) ??
        `/paths/${pointerOf(template)}/${method.toLowerCase()}/responses/${response.status}`;
      validate(`${place}/content/${pointerOf(mediaType)}/schema`, json, told);
    }
    return { status: response.status, headers: response.headers, body: json };
  };
}

function bodyOf(body: unknown): string | FormData | null {
  if (body === undefined) return null;
  return typeof body === "string" || body instanceof FormData ? body : JSON.stringify(body);
}

function isJson(body: unknown): boolean {
  return body !== undefined && !(body instanceof FormData);
}

/** Headers that HTTP or the server have for every answer, whatever the operation. */
const EVERYWHERE = new Set(
  "connection content-encoding content-length content-type date keep-alive transfer-encoding vary x-content-type-options".split(
    " ",
  ),
);

function checkHeaders(response: Response, described: any, resolve: (part: any) => any, told: string): void {
  const named = new Map(
    Object.entries<any>(described.headers ?? {}).map(([name, header]) => [
      name.toLowerCase(),
      resolve(header),
    ]),
  );
  for (const [name, value] of response.headers) {
    if (EVERYWHERE.has(name) || (name === "cache-control" && !response.ok)) continue;
    const header = named.get(name);
    assert.ok(header, `${told}: header ${name} is not in the document`);
    const { pattern, const: only } = header.schema;
    if (pattern !== undefined) assert.match(value, new RegExp(pattern, "u"), `${told}: ${name}`);
    if (only !== undefined) assert.equal(value, only, `${told}: ${name}`);
  }
}

function findOperation(document: any, method: string, path: string): [template: string, operation: any] {
  const segments = path.split("?")[0]!.split("/");
  for (const [template, item] of Object.entries<any>(document.paths)) {
    const names = template.split("/");
    const fits =
      names.length === segments.length &&
      names.every((name, at) => name.startsWith("{") || name === segments[at]);
    if (fits && item[method.toLowerCase()]) return [template, item[method.toLowerCase()]];
  }
  return assert.fail(`${method} ${path} is not in the document`);
}

function pointerOf(segment: string): string {
  return segment.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("{", "%7B").replaceAll("}", "%7D");
}
