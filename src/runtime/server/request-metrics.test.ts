import assert from "node:assert/strict";
import { test } from "node:test";
import { Counter, Histogram, Registry } from "prom-client";
import { RequestMetrics } from "./request-metrics.ts";

test("what is counted is written as a metrics library writes it", async () => {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "concordat_requests_total",
    help: "Requests answered, by operation and HTTP status, RPCs also by grpc_status; 499: the caller had gone.",
    labelNames: ["operation", "status", "grpc_status"],
    registers,
  });
  const durations = new Histogram({
    name: "concordat_request_duration_seconds",
    help: "Time from the end of the headers of a request to the end of its answer.",
    labelNames: ["operation"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const counted = new RequestMetrics();
  for (const [operation, status, seconds, rpcStatus] of [
    ["book.get", 200, 0.0001],
    ["book.get", 200, 0.001],
    ["book.get", 404, 0.0011],
    ["none", 404, 0.3],
    ["book.list", 504, 11],
    ["book.get", 200, 0],
    ["book.get", 200, 0.1, "OK"],
    ["book.get", 200, 0.2, "NOT_FOUND"],
    ["book.get", 200, 0.3, "NOT_FOUND"],
  ] as const) {
    counted.observe(operation, status, seconds, rpcStatus);
    requests.inc({ operation, status, ...(rpcStatus === undefined ? {} : { grpc_status: rpcStatus }) });
    durations.labels(operation).observe(seconds);
  }
  const lines = (text: string) => text.split("\n").filter((line) => line !== "");
  assert.deepEqual(lines(counted.text()).sort(), lines(await registry.metrics()).sort());
  registry.setDefaultLabels({ worker: "2" });
  const labels = (text: string) =>
    lines(text).map((line) => line.replace(/\{(.*)\}/, (_, inner: string) => inner.split(",").sort().join()));
  assert.deepEqual(labels(counted.text('worker="2"')).sort(), labels(await registry.metrics()).sort());
});
