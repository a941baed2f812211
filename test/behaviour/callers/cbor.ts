import { isDeepStrictEqual } from "node:util";
import { decode, encode } from "cbor2";
import { type JsonValue, parseJson, stringifyJson } from "../../../src/base/lib/index.ts";
import type { Model, OperationModel } from "../../../src/contract/model/model.ts";
import type { ObjectNode } from "../../../src/contract/schema/index.ts";
import { createCborForm } from "../../../src/wire/rest/index.ts";
import type { Caller } from "../caller.ts";
import { createRestCaller } from "./rest.ts";

/** Calls over HTTP in CBOR, encoded and decoded by another library than the server's. */
export function createCborCaller(model: Model, url: string): Caller {
  return createRestCaller(model, url, {
    name: "REST, CBOR",
    mediaType: "application/cbor",
    write: (input, operation) => new Uint8Array(encode(inCbor(model, operation, input))),
    read: (body, operation) => inJson(model, operation, decode(body, { rejectDuplicateKeys: true })),
  });
}

/** CBOR's own form of an input; the JSON form, which is taken too, of one that no value could have. */
function inCbor(model: Model, operation: OperationModel, input: JsonValue): unknown {
  const json = parseJson(stringifyJson(input));
  if (operation.input === undefined) return json;
  const form = createCborForm(model, {
    ...operation,
    output: { kind: "value", field: { type: operation.input } },
  });
  try {
    const written = form.write(json);
    // What no integer of CBOR holds is sent as the text that it was.
    return isDeepStrictEqual(form.read(written), json) && !hasBignum(written) ? written : json;
  } catch {
    return json;
  }
}

function hasBignum(value: unknown): boolean {
  if (typeof value === "bigint") return value >= 2n ** 64n || value < -(2n ** 64n);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  return Object.values(value).some(hasBignum);
}

function inJson(model: Model, operation: OperationModel, value: JsonValue): JsonValue {
  const { output } = operation;
  const fields =
    output.kind === "row" || output.kind === "page"
      ? model.resources[output.resource]?.fields
      : output.kind === "value"
        ? { value: output.field }
        : {};
  const input: ObjectNode = { kind: "object", fields: fields ?? {} };
  const { read } = createCborForm(model, { ...operation, input });
  if (output.kind === "value") return (read({ value }) as { readonly value: JsonValue }).value;
  if (output.kind !== "page") return read(value);
  const { data, page } = value as { readonly data: readonly JsonValue[]; readonly page: JsonValue };
  return { data: data.map(read), page };
}
