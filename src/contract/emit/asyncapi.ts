import type { JsonValue } from "../../base/lib/json.ts";
import type { EventModel, Model, OperationModel } from "../model/index.ts";
import { toPascalCase, toTitle } from "../model/names.ts";
import { describeProto, type ProtoMethod } from "../proto/index.ts";
import { createEmitContext, type EmitContext, rowRef } from "./context.ts";
import type { JsonObject } from "./json-object.ts";
import { words } from "./operation-names.ts";
import { fieldSchema, objectSchema } from "./type-schema.ts";

/** What an AsyncAPI document says beside the contract. */
export interface AsyncApiOptions {
  /** Origin at which streams are served, such as `https://api.example.com`. Default: none is named. */
  readonly url?: string;
}

/**
 * Writes a model as an AsyncAPI 3.0 document: a channel for each event that the API emits, and one for each stream and
 * channel that it serves.
 */
export function emitAsyncApi(model: Model, options: AsyncApiOptions = {}): JsonValue {
  const context = createEmitContext(model);
  const channels: Record<string, JsonObject> = {};
  const operations: Record<string, JsonObject> = {};
  const messages: Record<string, JsonObject> = {};
  const parts: Parts = { context, channels, operations, messages };
  for (const event of Object.values(model.events)) addEvent(parts, event);
  const methods = Object.values(describeProto(model).methods);
  for (const method of methods) {
    const operation = model.operations[method.operation];
    if (operation?.kind === "stream" || operation?.kind === "channel") addStream(parts, operation, method);
  }
  const servers = serversOf(model, options);
  const { schemas } = context.components.toJson();
  return {
    asyncapi: "3.0.0",
    info: {
      title: model.title,
      version: model.versions[model.version] ?? model.version,
      ...(model.description === undefined ? {} : { description: model.description }),
    },
    defaultContentType: "application/json",
    ...(servers === undefined ? {} : { servers }),
    channels,
    operations,
    components: { messages, ...(schemas === undefined ? {} : { schemas }) },
  };
}

interface Parts {
  readonly context: EmitContext;
  readonly channels: Record<string, JsonObject>;
  readonly operations: Record<string, JsonObject>;
  readonly messages: Record<string, JsonObject>;
}

function serversOf(model: Model, { url }: AsyncApiOptions): JsonObject | undefined {
  if (url === undefined) return undefined;
  const { host, protocol } = new URL(url);
  return {
    [model.version]: { host, protocol: protocol.slice(0, -1), description: "gRPC, gRPC-Web and Connect." },
  };
}

/** An event: what has happened, once it is committed. */
function addEvent(parts: Parts, event: EventModel): void {
  const { context, channels, operations, messages } = parts;
  const { name } = event;
  const resource = event.resource === undefined ? undefined : context.model.resources[event.resource];
  const payload = event.payload
    ? fieldSchema(event.payload, context.output)
    : resource && rowRef(context, resource);
  messages[name] = {
    name,
    title: sentence(name),
    ...(payload === undefined ? {} : { payload }),
  };
  channels[name] = channel(name, `${sentence(name)}: told once it is committed.`, [name]);
  operations[name] = {
    action: "send",
    channel: channelRef(name),
    summary: `${sentence(name)}.`,
    messages: [messageRef(name, name)],
  };
}

/** A stream or channel: what callers send comes in, what they receive is the reply. */
function addStream(parts: Parts, operation: OperationModel, method: ProtoMethod): void {
  const { context, channels, operations, messages } = parts;
  const name = toPascalCase(operation.name);
  const [takes, gives] = [`${name}Request`, `${name}Response`];
  messages[takes] = {
    name: takes,
    ...(operation.input === undefined
      ? {}
      : { payload: objectSchema(operation.input.fields, context.input) }),
  };
  messages[gives] = { name: gives, ...payloadOf(operation, context) };
  const text = operation.description ?? `${toTitle(operation.name)}.`;
  channels[operation.name] = channel(method.path, `${text} ${STREAMS[method.kind]}`, [takes, gives]);
  operations[operation.name] = {
    action: "receive",
    channel: channelRef(operation.name),
    summary: text,
    messages: [messageRef(operation.name, takes)],
    reply: { channel: channelRef(operation.name), messages: [messageRef(operation.name, gives)] },
  };
}

const STREAMS: Readonly<Record<ProtoMethod["kind"], string>> = {
  unary: "One message each way.",
  "server-stream": "Many messages answer one.",
  "client-stream": "One message answers many.",
  "bidi-stream": "Both sides send many messages.",
};

function payloadOf({ output }: OperationModel, context: EmitContext): JsonObject {
  if (output.kind === "value") return { payload: fieldSchema(output.field, context.output) };
  const resource = output.kind === "row" ? context.model.resources[output.resource] : undefined;
  return resource === undefined ? {} : { payload: rowRef(context, resource) };
}

function channel(address: string, description: string, names: readonly string[]): JsonObject {
  const refs = names.map((name) => [name, { $ref: `#/components/messages/${name}` }] as const);
  return { address, description, messages: Object.fromEntries(refs) };
}

function channelRef(name: string): JsonObject {
  return { $ref: `#/channels/${name}` };
}

function messageRef(of: string, name: string): JsonObject {
  return { $ref: `#/channels/${of}/messages/${name}` };
}

/** `appointment.booked` → `Appointment booked`. */
function sentence(name: string): string {
  const plain = words(name.replaceAll(".", " "));
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
