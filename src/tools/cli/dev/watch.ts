import { type FSWatcher, watch } from "node:fs";
import { registerHooks } from "node:module";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LOCK_FILE } from "../../../contract/evolve/index.ts";

const SOURCE_EXTENSIONS = new Set([".ts", ".mts", ".js", ".mjs", ".json"]);
/** Editors write a file in several steps; a change counts when they have been quiet this long. */
const QUIET_MS = 80;

/** Notes the folder of every file that is imported from now on; installed packages and Concordat itself aside. */
export function recordImportedFolders(onFolder: (folder: string) => void): void {
  // src/tools/cli/dev and dist/tools/cli/dev are equally deep.
  const own = fileURLToPath(new URL("../../../", import.meta.url));
  const seen = new Set<string>();
  registerHooks({
    load: (url, context, nextLoad) => {
      if (url.startsWith("file:")) {
        const path = fileURLToPath(url);
        const folder = dirname(path);
        if (!path.startsWith(own) && !path.includes("/node_modules/") && !seen.has(folder)) {
          seen.add(folder);
          onFolder(folder);
        }
      }
      return nextLoad(url, context);
    },
  });
}

/** Watches folders for changed source files. */
export interface SourceWatcher {
  /** Starts watching one more folder; a second time does nothing. */
  add(folder: string): void;
  close(): void;
}

/** Makes a watcher; `onChange` gets the path of a changed file once the folder is quiet. */
export function createSourceWatcher(onChange: (path: string) => void): SourceWatcher {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  return {
    add: (folder) => {
      if (watchers.has(folder)) return;
      const watcher = watch(folder, (_event, name) => {
        // The service writes it itself, when it starts.
        if (name === LOCK_FILE) return;
        if (name === null || !SOURCE_EXTENSIONS.has(extname(name)) || basename(name).startsWith(".")) return;
        clearTimeout(timer);
        timer = setTimeout(() => onChange(join(folder, name)), QUIET_MS);
      });
      // A folder that goes away ends its watching; the next start names the folders that are there then.
      watcher.on("error", () => {
        watcher.close();
        watchers.delete(folder);
      });
      watchers.set(folder, watcher);
    },
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}
