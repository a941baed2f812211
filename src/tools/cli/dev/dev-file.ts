import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What `concordat dev` writes to `.concordat/dev.json` for people and tools: where the service is and its demo keys. */
export interface DevFile {
  /** Name of the contract. */
  readonly service: string;
  readonly url: string;
  readonly docs: string;
  /** Where GraphQL is served, and GraphiQL to browsers. */
  readonly graphql: string;
  /** Demo keys by name, in plain text: the only place where they are. */
  readonly apiKeys: Readonly<Record<string, string>>;
}

/** Reads the file; undefined where there is none, or it is not one of ours. */
export function readDevFile(path: string): DevFile | undefined {
  try {
    const file: Partial<DevFile> | null = JSON.parse(readFileSync(path, "utf8"));
    const { service, url, docs, graphql, apiKeys } = file ?? {};
    if (typeof service !== "string" || typeof apiKeys !== "object" || apiKeys === null) return undefined;
    if (!Object.values(apiKeys).every((key) => typeof key === "string")) return undefined;
    return { service, url: url ?? "", docs: docs ?? "", graphql: graphql ?? "", apiKeys };
  } catch {
    return undefined;
  }
}

/** Writes the file, readable by its owner only. */
export function writeDevFile(path: string, file: DevFile): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  // The mode above holds for new files only.
  chmodSync(path, 0o600);
}
