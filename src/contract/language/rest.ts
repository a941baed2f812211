import type { ErrorTemplate } from "./error-part.ts";
import type { UnknownFields } from "./http.ts";

/** How REST offers a whole api, where it should differ from the house's own style. */
export interface RestOptions {
  /** Path that all operations are below: `"/api"`, or `"/"` for none. Default: the newest version, `/v2`. */
  readonly prefix?: string;
  /** What becomes of members of bodies and query parameters that nobody declared. Default `refuse`. */
  readonly unknownFields?: UnknownFields;
  /**
   * How times are written: `shortest` with 0, 3 or 6 fraction digits, the fewest that keep the value; `milliseconds`
   * always with 3, microseconds cut off. Default `shortest`.
   */
  readonly timestamps?: "shortest" | "milliseconds";
  /** Shape and statuses of error answers. Default: problem+json (RFC 9457). */
  readonly errors?: ErrorStyle;
}

/** What error answers look like. */
export interface ErrorStyle {
  /** Body of every error answer: literals and parts of the error, from `errorPart`. */
  readonly body: ErrorTemplate;
  /** Default `application/json`. */
  readonly mediaType?: string;
  /** HTTP status by code of the closed table where clients expect another one, of the same class: `{ invalid_parameter: 422 }`. */
  readonly statuses?: Readonly<Record<string, number>>;
}
