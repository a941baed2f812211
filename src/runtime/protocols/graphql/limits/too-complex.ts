import type { GraphQLFormattedError } from "graphql";
import { CODES } from "../../../../base/errors/index.ts";
import type { GraphqlLimitsModel } from "../../../../contract/model/model.ts";

/** What of a document, or of a request for it, is more than the api takes. */
export interface Excess {
  readonly limit: keyof GraphqlLimitsModel | "nesting" | "repeats";
  readonly max: number;
  /** Absent where counting ended at the limit. */
  readonly found?: number;
  readonly message: string;
  readonly location?: { readonly line: number; readonly column: number } | undefined;
}

/** Writes an excess as an error `too_complex`, whose data names the limit. */
export function tooComplex({ limit, max, found, message, location }: Excess): GraphQLFormattedError {
  const { http, title, retry } = CODES.too_complex;
  return {
    message,
    ...(location === undefined ? {} : { locations: [location] }),
    extensions: {
      code: "too_complex",
      status: http,
      title,
      retry,
      data: { limit, max, ...(found === undefined ? {} : { found }) },
    },
  };
}
