import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./support/source.ts";

interface LockEntry {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { readonly packages: Readonly<Record<string, LockEntry>> } = JSON.parse(
  readFileSync(join(ROOT, "package-lock.json"), "utf8"),
);

test("the lock file is whole: npm ci refuses one that lacks a package of another platform", () => {
  const missing: string[] = [];
  for (const [path, { dependencies, optionalDependencies }] of Object.entries(lock.packages)) {
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (!isLocked(path, name)) missing.push(`${path || "."} → ${name}`);
    }
  }
  assert.deepEqual(missing, [], "npm leaves them out where a registry does not have them; add them by hand");
});

test("the lock file names no registry: everybody uses their own", () => {
  const named = Object.entries(lock.packages).filter(
    ([, { resolved, link }]) => resolved !== undefined && link !== true,
  );
  assert.deepEqual(named, []);
});

/** Whether a package finds a dependency: in its own node_modules or in those of the folders above. */
function isLocked(path: string, name: string): boolean {
  for (let place = path; ; place = place.replace(/(?:^|\/)(?:node_modules\/(?:@[^/]+\/)?[^/]+|[^/]+)$/, "")) {
    if (lock.packages[`${place === "" ? "" : `${place}/`}node_modules/${name}`] !== undefined) return true;
    if (place === "") return false;
  }
}
