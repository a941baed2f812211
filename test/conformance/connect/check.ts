import { equals } from "@bufbuild/protobuf";
import { anyIs, anyUnpack } from "@bufbuild/protobuf/wkt";
import type { Case } from "./cases.ts";
import type { Vectors } from "./vectors.ts";

/** A timeout may have run on for so long when the server sees it. */
const TIMEOUT_GRACE_MS = 100n;

/** Says what an answer has that its case does not expect: the rules are those of the suite's own runner. */
export function check(vectors: Vectors, testCase: Case, actual: any): string[] {
  const { expected } = testCase;
  const found: string[] = [];
  found.push(...checkMetadata(expected, actual));
  if (expected.payloads.length !== actual.payloads.length) {
    found.push(`expected ${expected.payloads.length} messages, got ${actual.payloads.length}`);
  }
  actual.payloads.slice(0, expected.payloads.length).forEach((payload: any, at: number) => {
    const wanted = expected.payloads[at];
    if (!Buffer.from(wanted.data).equals(Buffer.from(payload.data)))
      found.push(`message ${at + 1} has other data`);
    found.push(...checkInfo(vectors, wanted.requestInfo, payload.requestInfo, at === 0));
  });
  found.push(...checkError(vectors, testCase, actual.error));
  if (expected.httpStatusCode && actual.httpStatusCode && expected.httpStatusCode !== actual.httpStatusCode) {
    found.push(`expected HTTP status ${expected.httpStatusCode}, got ${actual.httpStatusCode}`);
  }
  return found;
}

/** Without messages all metadata may come in one block, which clients may take for headers or for trailers. */
function checkMetadata(expected: any, actual: any): string[] {
  const found = [
    ...checkHeaders("response headers", expected.responseHeaders, actual.responseHeaders),
    ...checkHeaders("response trailers", expected.responseTrailers, actual.responseTrailers),
  ];
  if (found.length === 0 || expected.payloads.length > 0) return found;
  const merged = merge([...expected.responseHeaders, ...expected.responseTrailers]);
  const asHeaders = checkHeaders("metadata", merged, actual.responseHeaders);
  const asTrailers = checkHeaders("metadata", merged, actual.responseTrailers);
  return asHeaders.length === 0 || asTrailers.length === 0 ? [] : found;
}

function merge(headers: readonly any[]): any[] {
  const values = new Map<string, string[]>();
  for (const { name, value } of headers) {
    const key = name.toLowerCase();
    values.set(key, [...(values.get(key) ?? []), ...value]);
  }
  return [...values].map(([name, value]) => ({ name, value }));
}

function checkHeaders(what: string, expected: readonly any[], actual: readonly any[]): string[] {
  const values = new Map(actual.map(({ name, value }) => [name.toLowerCase(), value]));
  return expected.flatMap(({ name, value }) => {
    const given = values.get(name.toLowerCase());
    if (given === undefined) return [`${what} lack ${name}`];
    const [wanted, got] = [canonical(value), canonical(given)];
    return wanted === got ? [] : [`${what} have ${name}: ${got}, not ${wanted}`];
  });
}

function canonical(values: readonly string[]): string {
  return JSON.stringify(values.flatMap((value) => value.split(/ ?, ?/)));
}

function checkInfo(vectors: Vectors, expected: any, actual: any, isFirst: boolean): string[] {
  const found: string[] = [];
  if (isFirst) {
    found.push(
      ...checkHeaders("request headers", expected?.requestHeaders ?? [], actual?.requestHeaders ?? []),
    );
    const [wanted, got] = [expected?.timeoutMs, actual?.timeoutMs];
    if (wanted !== undefined && (got === undefined || got > wanted || got < wanted - TIMEOUT_GRACE_MS)) {
      found.push(`expected a timeout of ${wanted}, got ${got}`);
    }
    if (wanted === undefined && got !== undefined) found.push(`got a timeout of ${got}`);
    const queries = [expected, actual].map((info) => info?.connectGetInfo?.queryParams ?? []);
    found.push(...checkHeaders("query parameters", queries[0], queries[1]));
  }
  const [wanted, got] = [expected?.requests ?? [], actual?.requests ?? []];
  if (wanted.length !== got.length)
    found.push(`expected ${wanted.length} requests to be told, got ${got.length}`);
  got.slice(0, wanted.length).forEach((packed: any, at: number) => {
    if (!sameAny(vectors, packed, wanted[at])) found.push(`request ${at + 1} did not survive`);
  });
  return found;
}

function sameAny(vectors: Vectors, one: any, other: any): boolean {
  const [a, b] = [anyUnpack(one, vectors.registry), anyUnpack(other, vectors.registry)];
  if (a === undefined || b === undefined || a.$typeName !== b.$typeName) return false;
  const desc = vectors.registry.getMessage(a.$typeName);
  return desc !== undefined && equals(desc, a, b);
}

function checkError(vectors: Vectors, { expected, otherAllowedErrorCodes }: Case, actual: any): string[] {
  const wanted = expected.error;
  if (wanted === undefined)
    return actual === undefined ? [] : [`got the error ${actual.code}: ${actual.message}`];
  if (actual === undefined) return [`expected the error ${wanted.code}, got none`];
  const found: string[] = [];
  if (wanted.code !== actual.code && !otherAllowedErrorCodes.includes(actual.code)) {
    found.push(`expected the code ${wanted.code}, got ${actual.code}: ${actual.message}`);
  }
  if (wanted.message !== undefined && wanted.message !== actual.message) {
    found.push(`expected the message ${wanted.message}, got ${actual.message}`);
  }
  if (wanted.details.length !== actual.details.length) {
    found.push(`expected ${wanted.details.length} details, got ${actual.details.length}`);
  }
  const info = vectors.message("ConformancePayload").nestedMessages[0] as any;
  actual.details.slice(0, wanted.details.length).forEach((detail: any, at: number) => {
    const other = wanted.details[at];
    if (anyIs(detail, info) && anyIs(other, info)) {
      const [a, b] = [anyUnpack(other, vectors.registry), anyUnpack(detail, vectors.registry)];
      found.push(...checkInfo(vectors, a, b, true));
    } else if (!sameAny(vectors, detail, other)) found.push(`detail ${at + 1} differs`);
  });
  return found;
}
