/** What TLS is served with: texts, or files that are read again when they change. */
export type TlsOptions = CertificateOptions & {
  /** Certificates (PEM) of which one must have signed that of whoever connects. Default: nobody is asked for one. */
  readonly clientCa?: string | Buffer;
};

/** A certificate with what comes between it and its root, and its key, as PEM: themselves or where they lie. */
export type CertificateOptions =
  | { readonly cert: string | Buffer; readonly key: string | Buffer }
  | { readonly certFile: string; readonly keyFile: string };
