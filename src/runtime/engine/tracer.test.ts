import assert from "node:assert/strict";
import { after, test } from "node:test";
import * as otel from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { fromOpenTelemetry } from "./tracer.ts";

const exporter = new InMemorySpanExporter();
otel.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
otel.propagation.setGlobalPropagator(new W3CTraceContextPropagator());
otel.trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
);
after(() => otel.trace.disable());

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";

test("a call's span continues the caller's trace, and what the handler starts is its child", async () => {
  exporter.reset();
  const span = fromOpenTelemetry(otel).startCall("appointment.create", {
    traceparent: `00-${TRACE}-${PARENT}-01`,
    attributes: { "concordat.protocol": "rest" },
  });
  await span.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    otel.trace.getTracer("handler").startSpan("select").end();
  });
  span.end({ code: "ok", status: 201 });
  const [inner, outer] = exporter.getFinishedSpans();
  assert.ok(inner && outer);
  assert.deepEqual(
    [outer.name, outer.spanContext().traceId, outer.parentSpanContext?.spanId],
    ["appointment.create", TRACE, PARENT],
  );
  assert.equal(outer.kind, otel.SpanKind.SERVER);
  assert.deepEqual(outer.attributes, { "concordat.protocol": "rest", "concordat.code": "ok" });
  assert.equal(inner.parentSpanContext?.spanId, outer.spanContext().spanId);
  assert.equal(outer.status.code, otel.SpanStatusCode.UNSET);
});

test("a 5xx marks the span as failed and records what was thrown; a 4xx does not", () => {
  exporter.reset();
  const tracer = fromOpenTelemetry(otel);
  tracer
    .startCall("a", { attributes: {} })
    .end({ code: "internal", status: 500, cause: new TypeError("boom") });
  tracer.startCall("b", { attributes: {} }).end({ code: "invalid_state", status: 409 });
  const [failed, refused] = exporter.getFinishedSpans();
  assert.ok(failed && refused);
  assert.deepEqual(failed.status, { code: otel.SpanStatusCode.ERROR, message: "internal" });
  assert.equal(failed.events[0]?.attributes?.["exception.message"], "boom");
  assert.deepEqual([refused.status.code, refused.events.length], [otel.SpanStatusCode.UNSET, 0]);
  assert.equal(refused.parentSpanContext, undefined);
});
