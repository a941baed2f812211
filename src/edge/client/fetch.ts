/** The part of the Fetch standard that a client uses; the global `fetch` of browsers and of Node.js fits. */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchAnswer>;

/** What is sent. */
export interface FetchRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | FormData | null;
  readonly signal: AbortSignal;
  /** Redirects are never followed: the credentials belong to the address that was given. */
  readonly redirect: "manual";
  /** No cookies: the API key says who calls. */
  readonly credentials: "omit";
  /** Entity tags are the client's own business, so that a browser's cache does not answer in its place. */
  readonly cache: "no-store";
}

/** What came back. */
export interface FetchAnswer {
  readonly status: number;
  /** `opaqueredirect` where a browser was sent elsewhere. */
  readonly type?: string;
  readonly headers: FetchHeaders;
  readonly body: { getReader(): FetchReader } | null;
}

export interface FetchHeaders {
  get(name: string): string | null;
}

export interface FetchReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<void>;
}
