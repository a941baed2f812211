import { decodeBase64 } from "../../base/lib/index.ts";
import { joinBytes } from "./join-bytes.ts";
import { RpcError } from "./rpc-error.ts";

/**
 * Reads gRPC-Web's text form: base64 in pieces cut anywhere, where each of the sender's own pieces may end in padding
 * (PROTOCOL-WEB). Throws INVALID_ARGUMENT for what is no base64.
 */
export class WebTextReader {
  #rest = "";

  /** Takes one piece and gives the bytes that are complete by it. */
  push(chunk: Uint8Array): Uint8Array {
    const text = this.#rest + ASCII.decode(chunk);
    const whole = text.length - (text.length % 4);
    this.#rest = text.slice(whole);
    if (whole === 0) return EMPTY;
    const given = text.slice(0, whole);
    if (given.indexOf("=") === -1) return decode(given);
    return joinBytes((given.match(/[^=]+={0,2}/g) ?? []).map(decode));
  }

  /** Throws where the text ended within a group of four. */
  end(): void {
    if (this.#rest !== "") throw malformed();
  }
}

const ASCII = new TextDecoder("latin1");
const EMPTY = new Uint8Array(0);

function decode(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes === undefined) throw malformed();
  return bytes;
}

function malformed(): RpcError {
  return new RpcError("INVALID_ARGUMENT", "The body is not base64, as application/grpc-web-text is.");
}
