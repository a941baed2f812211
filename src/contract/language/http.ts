/**
 * How REST offers one operation, where it should differ from what follows from its name. Other protocols offer the same
 * operation without any of this.
 */
export interface HttpOptions {
  /** Queries: GET or POST. Commands: POST, PUT, PATCH or DELETE. */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /**
   * Path below the api's prefix: `/articles/{slug}/comments/{id}`. A parameter in braces is the input field of that name;
   * `{id}` of operations on a row of a resource is the row's id. Other fields come in the query of GET and DELETE, in the
   * body of the rest.
   */
  readonly path?: string;
  /** Status of success. Default: 204 without output, 201 for create, else 200. */
  readonly status?: 200 | 201 | 202 | 204;
  /** Key of the request body that holds the input: `"user"` for `{ "user": { … } }`. Default: the body is the input. */
  readonly body?: string;
  /** Key of the answer that holds the output; for lists a key for each part. Default: the answer is the output. */
  readonly answer?: string | PageAnswer;
  /** What becomes of members of the body and query parameters that nobody declared. Default: as the api says. */
  readonly unknownFields?: UnknownFields;
}

/** Keys of a list's answer: `{ data: "articles", total: "articlesCount" }`. A part without a key is left out. */
export interface PageAnswer {
  readonly data: string;
  /** With it every answer counts the rows; the list must offer a total. */
  readonly total?: string;
  readonly nextCursor?: string;
  readonly prevCursor?: string;
  readonly hasMore?: string;
}

/** `refuse` answers what nobody declared with an error; `ignore` drops it unread. */
export type UnknownFields = "refuse" | "ignore";
