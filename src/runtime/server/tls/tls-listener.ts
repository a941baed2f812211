import type { Server, Socket } from "node:net";
import { createServer, type TlsOptions as NodeTlsOptions, type TLSSocket } from "node:tls";
import type { Logger } from "../../engine/index.ts";
import { type Certificate, checkCertificate } from "./certificate.ts";
import { CertificateFiles } from "./certificate-files.ts";
import type { TlsOptions } from "./tls-options.ts";

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** A port that speaks TLS only. */
export interface TlsListener {
  readonly server: Server;
  /** Begins to look for new certificates; nothing without files. */
  watch(): void;
  stop(): void;
  /** Reads the files of the certificate again, now. */
  reload(): Promise<void>;
}

/** What the listener is made from. */
export interface TlsListenerOptions {
  readonly tls: TlsOptions;
  readonly logger: Logger | undefined;
  /** Called with each connection once its handshake is done. */
  readonly onConnection: (protocol: "http1" | "http2", socket: Socket) => void;
}

/**
 * Makes a listener for TLS 1.2 and 1.3 with HTTP/2 and HTTP/1.1 by ALPN. A new certificate serves new connections; those
 * that are there keep theirs. Throws UsageError for a certificate that is not sound.
 */
export function createTlsListener({ tls, logger, onConnection }: TlsListenerOptions): TlsListener {
  const files =
    "certFile" in tls
      ? new CertificateFiles({
          certFile: tls.certFile,
          keyFile: tls.keyFile,
          logger,
          onChange: (certificate) => server.setSecureContext(contextOf(certificate, tls)),
        })
      : undefined;
  const certificate = files?.current ?? ("cert" in tls ? checkCertificate(tls) : undefined);
  const server = createServer({
    ...(certificate === undefined ? {} : contextOf(certificate, tls)),
    ALPNProtocols: ["h2", "http/1.1"],
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    allowHalfOpen: true,
    noDelay: true,
  });
  server.on("secureConnection", (socket: TLSSocket) =>
    onConnection(socket.alpnProtocol === "h2" ? "http2" : "http1", socket),
  );
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return {
    server,
    watch: () => files?.watch(),
    stop: () => files?.stop(),
    reload: async () => files?.reload(),
  };
}

/** All of it is replaced together: a new context begins with Node's defaults. */
function contextOf({ cert, key }: Certificate, { clientCa }: TlsOptions): NodeTlsOptions {
  return {
    cert,
    key,
    minVersion: "TLSv1.2",
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  };
}
