import { encodeCbor, stringifyJson } from "../../../base/lib/index.ts";
import { type Model, OPERATION, type OperationModel } from "../../../contract/model/index.ts";
import { CBOR_MEDIA_TYPE, createCborForm, rowPathOf } from "../../../wire/rest/index.ts";
import type { Success } from "../../engine/index.ts";
import { codingFor, sendBody } from "../answer.ts";
import type { Exchange } from "../exchange.ts";
import { POLL_SECONDS } from "./poll-seconds.ts";
import { type Asked, sendSuccess } from "./response.ts";

type Sender = (exchange: Exchange, asked: Asked, outcome: Success) => Promise<void> | void;

/** Makes what finds the sender of a success: one with the operation that does the work is 202 (RFC 9110 section 15.3.3). */
export function createSuccessSenders(model: Model): (outcome: Success) => Sender {
  const get = model.operations[`${OPERATION}.get`];
  if (get === undefined) return () => sendSuccess;
  const sendAccepted = createAcceptedSender(model, get);
  return ({ kind }) => (kind === "accepted" ? sendAccepted : sendSuccess);
}

function createAcceptedSender(model: Model, get: OperationModel): Sender {
  const cbor = createCborForm(model, get);
  const pathOf = rowPathOf(model, OPERATION);
  return (exchange, { plan, call, mediaType, preferences }, outcome) => {
    const inCbor = mediaType === CBOR_MEDIA_TYPE;
    const headers = [
      ...["Content-Type", inCbor ? CBOR_MEDIA_TYPE : "application/json"],
      ...["Location", pathOf(outcome.id ?? ""), "Retry-After", String(POLL_SECONDS)],
    ];
    if (preferences.respondAsync) headers.push("Preference-Applied", "respond-async");
    if (outcome.replayed) headers.push("Idempotent-Replayed", "true");
    if (call.meta.traceparent !== undefined) headers.push("traceparent", call.meta.traceparent);
    const value = outcome.value ?? null;
    const body = inCbor ? encodeCbor(cbor.write(value)) : stringifyJson(value);
    return sendBody(exchange, 202, headers, {
      body,
      coding: codingFor(exchange, body),
      fixed: plan.emptyHeaders,
    });
  };
}
