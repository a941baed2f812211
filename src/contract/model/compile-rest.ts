import type { UnknownFields } from "../language/index.ts";
import { SERVER_PATHS } from "./check-routes.ts";
import { compileErrorStyle } from "./compile-error-style.ts";
import type { RestModel } from "./model.ts";
import { type OptionReader, readOptions } from "./read-options.ts";
import { type Report, show } from "./report.ts";

const OPTIONS = ["prefix", "unknownFields", "timestamps", "errors"];

/** What an api says of REST: the model's part, and what its operations say where they say nothing themselves. */
export interface CompiledRest {
  readonly model: RestModel;
  readonly unknownFields: UnknownFields;
}

/** Compiles an api's `rest`; `version` is the URL segment of the served version. */
export function compileRest(api: OptionReader, version: string, report: Report): CompiledRest {
  const given = api.record("rest", "options of REST") ?? {};
  const read = readOptions(given, "api, rest.", { known: OPTIONS, report });
  const errors = compileErrorStyle(given.errors, report);
  return {
    model: {
      base: baseOf(read, version, report),
      timestamps: read.choice("timestamps", ["shortest", "milliseconds"]) ?? "shortest",
      ...(errors === undefined ? {} : { errors }),
    },
    unknownFields: read.choice("unknownFields", ["refuse", "ignore"]) ?? "refuse",
  };
}

function baseOf(read: OptionReader, version: string, report: Report): string {
  const prefix = read.text("prefix");
  if (prefix === undefined) return `/${version}`;
  if (prefix === "/") return "";
  const [, first = ""] = prefix.split("/");
  if (SERVER_PATHS.includes(first)) {
    const fix = "choose another prefix";
    report({
      place: "api, rest.prefix",
      expected: "a path that is free",
      found: `/${first}, which Concordat answers`,
      fix,
    });
    return prefix;
  }
  if (/^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/.test(prefix)) return prefix;
  report({
    place: "api, rest.prefix",
    expected: "a path without a slash at the end",
    found: show(prefix),
    fix: 'write one such as "/api", or "/" for none',
  });
  return `/${version}`;
}
