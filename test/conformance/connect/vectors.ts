import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  createFileRegistry,
  type DescMessage,
  type DescService,
  fromJson,
  type JsonValue,
  type Registry,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { parse } from "yaml";
import { ROOT } from "../../support/source.ts";

const PACKAGE = "connectrpc.conformance.v1";

/** The public conformance cases, and the types that they are written in. */
export interface Vectors {
  readonly registry: Registry;
  readonly service: DescService;
  readonly message: (name: string) => DescMessage;
  /** Name and content of each suite that is of use to servers, as messages of `TestSuite`. */
  readonly suites: readonly any[];
}

/** Finds the cases beside the checkout, or beside the folder that the checkout is in; undefined where they are not. */
export function findVectors(): string | undefined {
  for (let at = dirname(ROOT); ; at = dirname(at)) {
    const folder = join(at, "shared/vectors/connect-conformance");
    if (existsSync(folder)) return folder;
    if (dirname(at) === at) return undefined;
  }
}

/** Reads the cases; throws for a file that is not of the form that its descriptors say. */
export function readVectors(folder: string): Vectors {
  const json: JsonValue = JSON.parse(readFileSync(join(folder, "descriptors.json"), "utf8"));
  const registry = createFileRegistry(fromJson(FileDescriptorSetSchema, json));
  const service = registry.getService(`${PACKAGE}.ConformanceService`);
  if (service === undefined) throw new TypeError("The descriptors have no ConformanceService.");
  const message = (name: string) => {
    const found = registry.getMessage(`${PACKAGE}.${name}`);
    if (found === undefined) throw new TypeError(`The descriptors have no ${name}.`);
    return found;
  };
  const suites = readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => parse(readFileSync(join(folder, name), "utf8")))
    .filter((suite) => suite.mode !== "TEST_MODE_CLIENT")
    .map((suite) => fromJson(message("TestSuite"), suite, { registry }));
  return { registry, service, message, suites };
}
