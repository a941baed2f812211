// Checked by tsc: a line that infers anything else does not compile.
import type { JsonValue } from "../../base/lib/index.ts";
import { type Input, type Output, type Row, resource } from "../language/index.ts";
import type {
  ChangesOf,
  Fields,
  Flatten,
  Infer,
  InputOf,
  InsertOf,
  OutputOf,
  PatchOf,
  ReceivedOf,
  RowOf,
} from "./index.ts";
import { t } from "./t.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only where both types are the same, optional keys and null included. */
function same<A, B>(
  ..._proof: Same<Flatten<A>, Flatten<B>> extends true ? [] : ["not the same type"]
): void {}
function exactly<A, B>(..._proof: Same<A, B> extends true ? [] : ["not the same type"]): void {}

// The value of each kind.
const kinds = {
  id: t.id("apt"),
  ref: t.ref("patient"),
  string: t.string({ maxLength: 5 }),
  text: t.text(),
  bool: t.bool(),
  int32: t.int32(),
  int64: t.int64({ minimum: 0n }),
  float64: t.float64(),
  decimal: t.decimal({ precision: 5, scale: 2 }),
  money: t.money({ currency: "EUR" }),
  timestamp: t.timestamp(),
  date: t.date(),
  duration: t.duration(),
  bytes: t.bytes(),
  enum: t.enum(["open", "booked"]),
  list: t.list(t.int64()),
  map: t.map(t.bool().nullable()),
  object: t.object({ street: t.string(), zip: t.string().optional() }),
  union: t.union("kind", {
    cat: t.object({ lives: t.int32() }),
    dog: t.object({ name: t.string().optional() }),
  }),
  json: t.json(),
};
type Value<K extends keyof typeof kinds> = Infer<(typeof kinds)[K]>;
exactly<
  Value<"id" | "ref" | "string" | "text" | "decimal" | "money" | "timestamp" | "date" | "duration">,
  string
>();
exactly<Value<"bool">, boolean>();
exactly<Value<"int32" | "float64">, number>();
exactly<Value<"int64">, bigint>();
exactly<Value<"bytes">, Uint8Array>();
exactly<Value<"enum">, "open" | "booked">();
exactly<Value<"list">, bigint[]>();
exactly<Value<"map">, Record<string, boolean | null>>();
same<Value<"object">, { street: string; zip?: string }>();
exactly<Value<"union">, { kind: "cat"; lives: number } | { kind: "dog"; name?: string }>();
exactly<Value<"json">, JsonValue>();

// Traits decide which shapes a field is part of.
const fields = {
  id: t.id("apt"),
  plain: t.string(),
  optional: t.int32().optional(),
  nullable: t.bool().nullable(),
  defaulted: t.enum(["a", "b"]).default("a"),
  readOnly: t.int64().readOnly(),
  writeOnly: t.string().writeOnly(),
  immutable: t.date().immutable(),
  readOnlyOptional: t.timestamp().optional().readOnly(),
} satisfies Fields;
type S = typeof fields;

same<
  RowOf<S>,
  {
    id: string;
    plain: string;
    nullable: boolean | null;
    defaulted: "a" | "b";
    readOnly: bigint;
    writeOnly: string;
    immutable: string;
    optional?: number;
    readOnlyOptional?: string;
  }
>();
same<OutputOf<S>, Omit<RowOf<S>, "writeOnly">>();
same<
  InputOf<S>,
  {
    plain: string;
    nullable: boolean | null;
    writeOnly: string;
    immutable: string;
    optional?: number;
    defaulted?: "a" | "b";
  }
>();
same<
  ReceivedOf<S>,
  {
    plain: string;
    nullable: boolean | null;
    defaulted: "a" | "b";
    writeOnly: string;
    immutable: string;
    optional?: number;
  }
>();
same<
  PatchOf<S>,
  {
    plain?: string;
    optional?: number | null;
    nullable?: boolean | null;
    defaulted?: "a" | "b";
    writeOnly?: string;
  }
>();
same<
  ChangesOf<S>,
  {
    plain?: string;
    optional?: number | null;
    nullable?: boolean | null;
    defaulted?: "a" | "b";
    readOnly?: bigint;
    writeOnly?: string;
    immutable?: string;
    readOnlyOptional?: string | null;
  }
>();
same<
  InsertOf<S>,
  {
    plain: string;
    nullable: boolean | null;
    readOnly: bigint;
    writeOnly: string;
    immutable: string;
    id?: string;
    optional?: number;
    defaulted?: "a" | "b";
    readOnlyOptional?: string;
  }
>();

// Traits in any order, and twice, come to the same.
exactly<typeof a, typeof b>();
const a = t.string().optional().nullable().readOnly();
const b = t.string().readOnly().nullable().optional().describe("x").optional();

// Resources may refer to each other, before and after, and to themselves (no TS7022).
const Patient = resource("patient", {
  id: t.id("pat"),
  doctor: t.ref(() => Doctor).optional(),
  friend: t.ref(() => Patient).optional(),
});
const Doctor = resource("doctor", {
  id: t.id("doc"),
  favourite: t.ref(() => Patient),
  secret: t.string().writeOnly(),
});
same<
  Row<typeof Patient>,
  { id: string; createdAt: string; updatedAt: string; doctor?: string; friend?: string }
>();
same<Input<typeof Doctor>, { favourite: string; secret: string }>();
same<Output<typeof Doctor>, { id: string; favourite: string; createdAt: string; updatedAt: string }>();

// What does not compile.
// @ts-expect-error a default of another type
t.int32().default("1");
// @ts-expect-error a default that is not one of the values
t.enum(["a", "b"]).default("c");
// @ts-expect-error an enum needs a value
t.enum([]);
// @ts-expect-error the bounds of int64 are bigint
t.int64({ minimum: 1 });
// @ts-expect-error an unknown format
t.string({ format: "phone" });
// @ts-expect-error an unknown option
t.string({ max: 3 });
// @ts-expect-error a decimal needs its precision
t.decimal({ scale: 2 });
// @ts-expect-error variants are objects
t.union("kind", { a: t.string() });
// @ts-expect-error null only where nullable
t.string().default(null);
