import { ApiError } from "../../base/errors/index.ts";
import type { AnyField } from "../schema/index.ts";

/** What an error carries: the value of the field it was declared with, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: the parameter of a function that is called without one
export type ErrorData<Data> = Data extends AnyField ? Data["~value"] : void;

/**
 * An error that a contract declares; call it to make one to throw: `throw slotTaken({ slot })`. `Data` is the field that says
 * what it carries, or undefined.
 */
export interface ErrorDefinition<Data = any> {
  (data: ErrorData<Data>, message?: string): ApiError;
  readonly kind: "error";
  readonly code: string;
  readonly options: ErrorDefinitionOptions;
  readonly "~data"?: Data;
}

export interface ErrorDefinitionOptions<Data extends AnyField | undefined = AnyField> {
  /** HTTP status 400 to 499, which must be in the closed table; it decides the gRPC status too. */
  readonly status: number;
  /** Shape of the error's data. Absent: no data. */
  readonly data?: Data;
  readonly title?: string;
  /** Default text for people. */
  readonly message?: string;
}

/** Declares an error with a stable snake_case code and typed data (CON-8). */
export function error<Data extends AnyField | undefined = undefined>(
  code: string,
  options: ErrorDefinitionOptions<Data>,
): ErrorDefinition<Data>;
export function error(code: string, options: ErrorDefinitionOptions): ErrorDefinition {
  const title = options.title ?? code.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
  const build = (data: unknown, message?: string) =>
    new ApiError(code, message ?? options.message ?? title, {
      status: options.status,
      title,
      ...(data === undefined ? {} : { data: data as Record<string, unknown> }),
    });
  return Object.assign(build, { kind: "error" as const, code, options });
}
