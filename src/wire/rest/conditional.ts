import { ApiError } from "../../base/errors/index.ts";
import { parseHttpDate } from "./http-date.ts";

/** One entity tag of an If-Match or If-None-Match list. */
export interface EntityTag {
  readonly weak: boolean;
  /** As it stands between the quotes. */
  readonly opaque: string;
}

/** The conditions of a request (RFC 9110 section 13.1). */
export interface Conditions {
  readonly ifMatch?: readonly EntityTag[] | "*";
  readonly ifNoneMatch?: readonly EntityTag[] | "*";
  /** Seconds since the epoch. Left out beside If-None-Match, and when it is no date. */
  readonly ifModifiedSince?: number;
}

/** Headers that {@link parseConditions} reads. */
export interface ConditionHeaders {
  readonly "if-match"?: string | undefined;
  readonly "if-none-match"?: string | undefined;
  readonly "if-modified-since"?: string | undefined;
}

/** Reads the conditional headers; undefined when there are none. Throws `malformed_request` for a bad list of tags. */
export function parseConditions(headers: ConditionHeaders): Conditions | undefined {
  const match = headers["if-match"];
  const noneMatch = headers["if-none-match"];
  const since = headers["if-modified-since"];
  if (match === undefined && noneMatch === undefined && since === undefined) return undefined;
  const seconds = since === undefined || noneMatch !== undefined ? undefined : parseHttpDate(since);
  return {
    ...(match === undefined ? {} : { ifMatch: parseEntityTags(match, "If-Match") }),
    ...(noneMatch === undefined ? {} : { ifNoneMatch: parseEntityTags(noneMatch, "If-None-Match") }),
    ...(seconds === undefined ? {} : { ifModifiedSince: seconds }),
  };
}

const TAG = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,|$)/y;

/** Reads a list of entity tags, or `*`; throws `malformed_request` for anything else. */
export function parseEntityTags(header: string, name: string): readonly EntityTag[] | "*" {
  if (header.trim() === "*") return "*";
  const tags: EntityTag[] = [];
  TAG.lastIndex = 0;
  while (TAG.lastIndex < header.length) {
    const found = TAG.exec(header);
    if (found === null) throw badTags(name);
    if (found[2] !== undefined) tags.push({ weak: found[1] !== undefined, opaque: found[2] });
  }
  if (tags.length === 0) throw badTags(name);
  return tags;
}

function badTags(name: string): ApiError {
  return new ApiError(
    "malformed_request",
    `${name} takes * or entity tags in double quotes, as ETag sent them.`,
  );
}
