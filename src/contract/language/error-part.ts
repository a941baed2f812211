/**
 * A piece of an error answer: a literal (text, number, true, false, null), an object or list of pieces, or a part of the
 * error at hand, from {@link errorPart}.
 */
export type ErrorTemplate =
  | string
  | number
  | boolean
  | null
  | ErrorPart
  | readonly ErrorTemplate[]
  | { readonly [key: string]: ErrorTemplate };

/** A place that a part of the error is put in. */
export interface ErrorPart {
  readonly kind: "error-part";
  readonly part: ErrorPartName;
  /** Shape of each violation in a list of them. */
  readonly item?: ErrorTemplate;
  /** Name under which messages stand that belong to no field. */
  readonly otherwise?: string;
}

export type ErrorPartName =
  | "code"
  | "status"
  | "title"
  | "detail"
  | "requestId"
  | "data"
  | "violations"
  | "messagesByField"
  | "field"
  | "pointer"
  | "reason"
  | "message";

const part = (name: ErrorPartName): ErrorPart => Object.freeze({ kind: "error-part", part: name });

/**
 * Parts of an error, to build the shape of an API's error answers from: `{ error: { code: errorPart.code, message:
 * errorPart.detail } }`.
 */
export const errorPart = Object.freeze({
  /** Stable code, such as `not_found`. */
  code: part("code"),
  /** HTTP status. */
  status: part("status"),
  /** Short title of the code. */
  title: part("title"),
  /** What happened this time, for people. */
  detail: part("detail"),
  requestId: part("requestId"),
  /** Data of a declared error; null where it has none. */
  data: part("data"),
  /** In {@link errorPart.violations}: name of the field, `address.city`; empty for the input as a whole. */
  field: part("field"),
  /** In {@link errorPart.violations}: JSON Pointer into the body. */
  pointer: part("pointer"),
  /** In {@link errorPart.violations}: stable code of what is wrong, such as `too_long`. */
  reason: part("reason"),
  /** In {@link errorPart.violations}: what was expected. */
  message: part("message"),
  /** A list with an item for each thing wrong with the input; empty for other errors. */
  violations: (item: ErrorTemplate): ErrorPart =>
    Object.freeze({ kind: "error-part", part: "violations", item }),
  /**
   * An object of lists of messages by field name: `{ "email": ["…"] }`. What belongs to no field, and the detail of
   * errors without violations, stands under `otherwise`.
   */
  messagesByField: (otherwise: string): ErrorPart =>
    Object.freeze({ kind: "error-part", part: "messagesByField", otherwise }),
});
