/** Where spans go. The smallest interface a tracing library must be fitted to; see {@link fromOpenTelemetry}. */
export interface Tracer {
  /** Whether spans are told of each step; where not, telling costs nothing. Default false. */
  readonly steps?: boolean;
  /** Starts the span of one call; `traceparent` is the caller's W3C trace context, to be continued. */
  startCall(
    name: string,
    options: { readonly traceparent?: string; readonly attributes: SpanAttributes },
  ): CallSpan;
}

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface CallSpan {
  /** Runs the function with this span as the active one, so that what it starts becomes its child. */
  run<T>(work: () => T): T;
  /** The call enters this step of the pipeline. */
  step?(name: string): void;
  /** Ends the span; `code` is `ok` or the error's code, `cause` what was thrown behind a 5xx. */
  end(result: { readonly code: string; readonly status: number; readonly cause?: unknown }): void;
}

/** The part of `@opentelemetry/api` (1.x) that {@link fromOpenTelemetry} uses. */
export interface OpenTelemetryApi<Context, Span extends OpenTelemetrySpan> {
  readonly trace: {
    getTracer(name: string): {
      startSpan(
        name: string,
        options: { kind?: number; attributes?: Record<string, string | number | boolean> },
        context: Context,
      ): Span;
    };
    setSpan(context: Context, span: Span): Context;
  };
  readonly context: {
    active(): Context;
    with<T>(context: Context, work: () => T): T;
  };
  readonly propagation: {
    extract(context: Context, carrier: Record<string, string>): Context;
  };
}

export interface OpenTelemetrySpan {
  setAttribute(key: string, value: string | number | boolean): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  recordException(exception: Error): void;
  end(): void;
}

/** SpanKind.SERVER and SpanStatusCode.ERROR of @opentelemetry/api. */
const SERVER = 1;
const ERROR = 2;

/** Fits `@opentelemetry/api`, which stays the user's own dependency: `fromOpenTelemetry(await import("@opentelemetry/api"))`. */
export function fromOpenTelemetry<Context, Span extends OpenTelemetrySpan>(
  api: OpenTelemetryApi<Context, Span>,
): Tracer {
  const tracer = api.trace.getTracer("concordat");
  return {
    startCall(name, { traceparent, attributes }) {
      const active = api.context.active();
      const parent = traceparent === undefined ? active : api.propagation.extract(active, { traceparent });
      const span = tracer.startSpan(name, { kind: SERVER, attributes: { ...attributes } }, parent);
      const context = api.trace.setSpan(parent, span);
      return {
        run: (work) => api.context.with(context, work),
        end({ code, status, cause }) {
          span.setAttribute("concordat.code", code);
          if (status >= 500) span.setStatus({ code: ERROR, message: code });
          if (cause instanceof Error) span.recordException(cause);
          span.end();
        },
      };
    },
  };
}
