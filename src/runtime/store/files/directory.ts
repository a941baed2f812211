import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FileStore } from "../../engine/ports.ts";

/** Bytes read at once. */
const READ_BYTES = 262_144;

/** A file store in a directory, with what sweeping needs. */
export interface DirectoryStore extends FileStore {
  /** Ids of all files, unfinished ones included. */
  ids(): AsyncIterable<string>;
}

/**
 * Keeps the bytes of files in a directory: written beside their place, synced, then renamed into it, so that a file is
 * whole or not there. All processes of a service must see the same directory.
 */
export function createDirectoryStore(directory: string): DirectoryStore {
  const unfinished = join(directory, "unfinished");

  /** By the end of the id, which is random; its beginning is a time, and would fill one folder after the other. */
  const folderOf = (id: string) => join(directory, id.slice(-2));

  return {
    async write(id, source) {
      const folder = folderOf(checkId(id));
      const before = join(unfinished, id);
      await mkdir(unfinished, { recursive: true });
      await mkdir(folder, { recursive: true });
      let handle: FileHandle | undefined;
      try {
        handle = await open(before, "wx", 0o600);
        for await (const bytes of source) await writeAll(handle, bytes);
        await handle.sync();
        await handle.close();
        handle = undefined;
        await rename(before, join(folder, id));
        await syncFolder(folder);
      } catch (error) {
        await handle?.close().catch(() => {});
        // What cannot be deleted now is swept later.
        await rm(before, { force: true }).catch(() => {});
        throw error;
      }
    },
    async open(id) {
      const handle = await open(join(folderOf(checkId(id)), id), "r").catch(noneIfMissing);
      if (handle === undefined) return undefined;
      return {
        read: (start, end) =>
          start >= end
            ? nothing()
            : createReadStream("", {
                fd: handle,
                autoClose: false,
                start,
                end: end - 1,
                highWaterMark: READ_BYTES,
              }),
        close: () => handle.close(),
      };
    },
    async delete(id) {
      await rm(join(folderOf(checkId(id)), id), { force: true });
      await rm(join(unfinished, id), { force: true });
    },
    async *ids() {
      const folders = await readdir(directory).catch(noneIfMissing);
      for (const folder of folders ?? []) {
        for (const id of await readdir(join(directory, folder))) if (ID.test(id)) yield id;
      }
    },
  };
}

const ID = /^file_[0-9a-z]{26}$/;

/** Ids come from rows; one that is none must not become a path. */
function checkId(id: string): string {
  if (!ID.test(id)) throw new TypeError("Expected the id of a file");
  return id;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

/** A rename lasts only once its folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function noneIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
