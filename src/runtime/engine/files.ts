import { createHash } from "node:crypto";
import { ApiError, UsageError } from "../../base/errors/index.ts";
import { newId } from "../../base/lib/index.ts";
import type { FileValue } from "../../contract/schema/index.ts";
import type { FileStore, Store } from "./ports.ts";

/** Files for handlers: their bytes, which the input and rows only name. */
export interface Files {
  /** The bytes of a file, in pieces, as fast as they are taken. */
  read(file: FileValue): AsyncIterable<Uint8Array>;
  /** Keeps bytes and returns the file to put into a row; without a row that names it, it is gone after a day. */
  write(source: AsyncIterable<Uint8Array>, about: FileAbout): Promise<FileValue>;
}

/** What is said of a file beside its bytes. */
export interface FileAbout {
  readonly name: string;
  readonly mediaType: string;
  /** More is refused with `payload_too_large`. Default: no limit. */
  readonly maxBytes?: number;
}

/**
 * Keeps the bytes of a file while they come: counted, digested, never held whole. Throws `payload_too_large` as soon as
 * the limit is passed, and whatever the source throws; nothing is left then.
 */
export async function storeFile(
  files: FileStore,
  source: AsyncIterable<Uint8Array>,
  { name, mediaType, maxBytes = Number.POSITIVE_INFINITY }: FileAbout,
): Promise<FileValue> {
  const id = newId("file", Date.now());
  const digest = createHash("sha256");
  let size = 0;
  await files.write(
    id,
    (async function* () {
      for await (const bytes of source) {
        size += bytes.length;
        if (size > maxBytes) {
          throw new ApiError("payload_too_large", `The file is larger than ${maxBytes} bytes.`, {
            data: { maxBytes },
          });
        }
        digest.update(bytes);
        yield bytes;
      }
    })(),
  );
  return { id, name, mediaType, size, sha256: digest.digest("hex") };
}

/** Makes the files of one call's handler. */
export function handlerFiles(store: Store): Files {
  const files = filesOf(store);
  return {
    async *read({ id, size }) {
      const stored = await files.open(id);
      if (stored === undefined) throw new ApiError("gone", "The bytes of the file are no longer there.");
      try {
        yield* stored.read(0, size);
      } finally {
        await stored.close();
      }
    },
    write: (source, about) => storeFile(files, source, about),
  };
}

function filesOf({ files }: Store): FileStore {
  if (files !== undefined) return files;
  throw new UsageError({
    place: "store",
    expected: "a store that keeps files",
    found: "one without",
    fix: "open it with openStore, or give it files",
  });
}
