/** Who may do something, as data. A list of rules allows what any one of them allows; an empty list allows nobody. */
export type AccessSpec =
  | { readonly kind: "anyone" }
  | {
      readonly kind: "principal";
      /** The caller must have this role. Absent: any role. */
      readonly role?: string;
      /** Which rows: evaluated in SQL. Absent: all. */
      readonly rows?: RowSpec;
    };

/** Which rows a caller may touch. */
export type RowSpec =
  | { readonly kind: "owner" }
  | { readonly kind: "self"; readonly field: string }
  | {
      readonly kind: "through";
      readonly resource: string | (() => unknown);
      readonly row: string;
      readonly self: string;
    };

/** Everyone, without credentials too. */
export const anyone: AccessSpec = { kind: "anyone" };

/** Any authenticated caller. */
export const signedIn: AccessSpec = { kind: "principal" };

/** The row's owner: the caller whose principal id equals the resource's `owner` field. */
export const owner: AccessSpec = { kind: "principal", rows: { kind: "owner" } };

/** Callers with this role, for every row. */
export function role(name: string): AccessSpec {
  return { kind: "principal", role: name };
}

/** Rows whose `field` equals the caller's principal id: `self("provider")`. */
export function self(field: string): AccessSpec {
  return { kind: "principal", rows: { kind: "self", field } };
}

/**
 * Rows that a row of another resource joins to the caller: `through(() => Appointment, { row: "patient", self:
 * "provider" })` on patients allows those with an appointment whose provider is the caller.
 */
export function through(
  resource: string | (() => void),
  fields: { readonly row: string; readonly self: string },
): AccessSpec {
  return {
    kind: "principal",
    rows: { kind: "through", resource: resource as string | (() => unknown), ...fields },
  };
}

/** What a resource's rules can be given for. `read` covers get and list, `write` the rest; the narrower name wins. */
export type AccessAction =
  | "read"
  | "write"
  | "list"
  | "get"
  | "create"
  | "replace"
  | "patch"
  | "delete"
  | (string & {});

/** Rules by action. */
export type AccessTable = Readonly<Partial<Record<AccessAction, readonly AccessSpec[]>>>;
