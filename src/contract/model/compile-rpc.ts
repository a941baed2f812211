import type { RpcModel } from "./model.ts";
import { type OptionReader, readOptions } from "./read-options.ts";
import type { Report } from "./report.ts";

/** Compiles an api's `rpc`; everything has a default. */
export function compileRpc(api: OptionReader, report: Report): RpcModel {
  const given = api.record("rpc", "options of gRPC, gRPC-Web and Connect") ?? {};
  const read = readOptions(given, "api, rpc.", { known: ["reflection"], report });
  return { reflection: read.choice("reflection", ["dev", "always", "never"]) ?? "dev" };
}
