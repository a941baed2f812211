import { RpcError } from "./rpc-error.ts";

/** Milliseconds of each unit of grpc-timeout. */
const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** Reads grpc-timeout in milliseconds: up to eight digits and a unit. Throws INVALID_ARGUMENT for anything else. */
export function parseGrpcTimeout(header: string): number {
  const unit = UNITS[header.slice(-1)];
  const digits = header.slice(0, -1);
  if (unit === undefined || !/^[0-9]{1,8}$/.test(digits)) {
    throw new RpcError(
      "INVALID_ARGUMENT",
      "grpc-timeout takes one to eight digits and a unit: H, M, S, m, u or n.",
    );
  }
  return Number(digits) * unit;
}

/** Reads Connect-Timeout-Ms: up to ten digits. Throws INVALID_ARGUMENT for anything else. */
export function parseConnectTimeoutMs(header: string): number {
  if (!/^[0-9]{1,10}$/.test(header)) {
    throw new RpcError(
      "INVALID_ARGUMENT",
      "Connect-Timeout-Ms takes whole milliseconds of up to ten digits.",
    );
  }
  return Number(header);
}
