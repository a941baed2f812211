import type { Readable } from "node:stream";
import { Busboy } from "@fastify/busboy";
import { ApiError } from "../../../base/errors/index.ts";

/** One part of a multipart/form-data body (RFC 7578), its bytes still to come. */
export interface FormPart {
  readonly name: string;
  /** As it stands in the part's Content-Disposition; undefined for a plain field. */
  readonly fileName: string | undefined;
  /** Lower case, without parameters; `text/plain` where the part names none. */
  readonly mediaType: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What a form is read with. */
export interface FormOptions {
  /** Value of the request's Content-Type, with its boundary. */
  readonly contentType: string;
  readonly maxParts: number;
  /** Takes one part; it must take all its bytes. What it throws ends the reading. */
  readonly onPart: (part: FormPart) => Promise<void>;
}

/** A part's headers are a name, a file name and a type. */
const MAX_HEADER_BYTES = 8192;
const MAX_HEADER_PAIRS = 16;

/**
 * Reads a multipart/form-data body part by part, no faster than the parts are taken. Throws `malformed_request` for what
 * is none and for too many parts, and whatever the source or `onPart` throws; all parts have been let go of then.
 */
export async function readForm(
  source: AsyncIterable<Buffer>,
  { contentType, maxParts, onPart }: FormOptions,
): Promise<void> {
  const busboy = createParser(contentType, maxParts);
  const failure = Promise.withResolvers<never>();
  // Somebody waits for it only while there is something to do.
  failure.promise.catch(() => {});
  const finished = new Promise<void>((resolve) => busboy.once("finish", () => resolve()));
  const open = new Set<Readable>();
  const parts: Promise<void>[] = [];
  busboy.on("error", () => failure.reject(malformed("it ends early, or a part is not well formed")));
  busboy.on("partsLimit", () => failure.reject(malformed(`it has more than ${maxParts} parts`)));
  busboy.on("file", (name: string | undefined, stream, fileName, encoding, mediaType) => {
    open.add(stream);
    // Its end is told to whoever reads it; an early one must not end the process.
    stream.on("error", () => {});
    const part = async () => {
      if (name === undefined) throw malformed("a part has no name");
      if (!/^(?:7bit|8bit|binary)$/.test(encoding)) throw malformed(`the part ${name} is ${encoding}`);
      await onPart({ name, fileName, mediaType, bytes: stream });
    };
    parts.push(part().catch(failure.reject));
  });
  try {
    for await (const chunk of source) {
      await Promise.race([write(busboy, chunk), failure.promise]);
    }
    busboy.end();
    await Promise.race([finished, failure.promise]);
    await Promise.race([Promise.all(parts), failure.promise]);
  } catch (error) {
    const gone = error instanceof Error ? error : new Error(String(error));
    for (const stream of open) stream.destroy(gone);
    await Promise.allSettled(parts);
    throw error;
  } finally {
    busboy.destroy();
  }
}

function createParser(contentType: string, maxParts: number) {
  try {
    return new Busboy({
      headers: { "content-type": contentType },
      // Plain fields too are taken as bytes: read as text, what is not UTF-8 would be changed without a word.
      isPartAFile: () => true,
      preservePath: true,
      limits: { parts: maxParts, headerPairs: MAX_HEADER_PAIRS, headerSize: MAX_HEADER_BYTES },
    });
  } catch {
    throw malformed("its Content-Type has no boundary");
  }
}

function write(busboy: ReturnType<typeof createParser>, chunk: Buffer): Promise<void> | void {
  if (busboy.write(chunk)) return;
  return new Promise((resolve) => busboy.once("drain", resolve));
}

function malformed(reason: string): ApiError {
  return new ApiError("malformed_request", `The body is not a multipart/form-data: ${reason}.`);
}
