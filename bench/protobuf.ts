import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJsonString,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { clinic } from "../examples/clinic/contract.ts";
import { compile } from "../src/contract/model/index.ts";
import { describeProto } from "../src/contract/proto/index.ts";
import { createProtoCodecs, toFileDescriptorSet } from "../src/wire/grpc/index.ts";

// CPU time of our codecs, which start from the engine's values, against Buf's, which start from messages already made.

const ROUNDS = 9;
const CALLS = 3000;

const schema = describeProto(compile(clinic));
const codecs = createProtoCodecs(schema);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, toFileDescriptorSet(schema)));
const id = (prefix: string) => `${prefix}_01jd8x7v4tf1k8q6mc4e0w9b2z`;
const row = {
  id: id("apt"),
  patient: id("pat"),
  provider: id("prv"),
  slot: id("slot"),
  reason: "A cough that does not go away",
  status: "confirmed",
  paymentStatus: "unpaid",
  price: "120.00",
  createdAt: "2026-11-01T09:00:00.123456Z",
  updatedAt: "2026-11-01T09:00:00.123456Z",
};
const page = { data: Array(20).fill(row), page: { nextCursor: "abc", prevCursor: null, hasMore: true } };
const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

console.log(
  "message".padEnd(26),
  "does".padEnd(12),
  "ours µs".padStart(9),
  "Buf's µs".padStart(9),
  "ratio".padStart(7),
);
for (const [name, value] of [
  ["GetAppointmentResponse", row],
  ["ListAppointmentsResponse", page],
] as const) {
  const descriptor = messageOf(`${schema.package}.${name}`);
  const proto = codecs.proto(descriptor.typeName);
  const json = codecs.json(descriptor.typeName);
  const bytes = proto.encode(value);
  const message = fromBinary(descriptor, bytes);
  const text = json.encode(value);
  compare(
    name,
    "write",
    () => proto.encode(value),
    () => toBinary(descriptor, message),
  );
  compare(
    name,
    "read",
    () => proto.decode(bytes),
    () => fromBinary(descriptor, bytes),
  );
  compare(
    name,
    "write JSON",
    () => json.encode(value),
    () => utf8.encode(toJsonString(descriptor, message)),
  );
  compare(
    name,
    "read JSON",
    () => json.decode(text),
    () => fromJsonString(descriptor, fromUtf8.decode(text)),
  );
}

function messageOf(name: string): DescMessage {
  const message = registry.getMessage(name);
  if (message === undefined) throw new Error(`No message ${name}`);
  return message;
}

/** The best of several interleaved rounds each: other work on the machine can only add. */
function compare(name: string, does: string, ours: () => unknown, theirs: () => unknown): void {
  let [left, right] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    left = Math.min(left, cpuMicros(ours));
    right = Math.min(right, cpuMicros(theirs));
  }
  const figures = [
    left.toFixed(2).padStart(9),
    right.toFixed(2).padStart(9),
    (left / right).toFixed(2).padStart(7),
  ];
  console.log(name.padEnd(26), does.padEnd(12), ...figures);
}

function cpuMicros(call: () => unknown): number {
  const before = process.cpuUsage();
  for (let index = 0; index < CALLS; index++) call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}
