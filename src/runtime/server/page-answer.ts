import { createHash } from "node:crypto";
import { type BundleReader, bundleCoding } from "./bundle.ts";

/** One answer to GET or HEAD for a page or a file that a page loads. */
export interface PageAnswer {
  readonly status: 200;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array;
}

/** Request headers that the answers depend on. */
export interface PageRequestHeaders {
  readonly accept?: string | undefined;
  readonly "accept-encoding"?: string | undefined;
}

const SAFE = ["X-Content-Type-Options", "nosniff", "Referrer-Policy", "no-referrer"];

/** What every page forbids: another base, forms, and standing in a frame. */
export const FRAME_POLICY = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A page under its Content-Security-Policy. */
export function pageAnswer(html: string, policy: string): PageAnswer {
  const headers = ["Content-Type", "text/html; charset=utf-8", "Cache-Control", "no-cache"];
  return { status: 200, headers: [...headers, "Content-Security-Policy", policy, ...SAFE], body: html };
}

/** A file whose name changes with its content. */
export function fileAnswer(contentType: string, body: string): PageAnswer {
  return { status: 200, headers: immutable(contentType), body };
}

/** A bundle, in a coding that the caller takes. */
export async function bundleAnswer(
  read: BundleReader,
  contentType: string,
  acceptEncoding: string | undefined,
): Promise<PageAnswer> {
  const coding = bundleCoding(acceptEncoding);
  const headers = [...immutable(contentType), "Vary", "Accept-Encoding"];
  if (coding !== "identity") headers.push("Content-Encoding", coding);
  return { status: 200, headers, body: await read(coding) };
}

function immutable(contentType: string): string[] {
  return ["Content-Type", contentType, "Cache-Control", "public, max-age=31536000, immutable", ...SAFE];
}

/** Short digest of a text, for the name of its file. */
export function textDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
