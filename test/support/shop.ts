import type { Model } from "../../src/contract/model/index.ts";
import { api, compile, owner, resource, role, self, signedIn, t, through } from "../../src/index.ts";

/** A small contract with every kind of field and relation that the store treats in its own way. */
export const Customer = resource(
  "customer",
  {
    id: t.id("cus"),
    name: t.string({ maxLength: 200 }),
    email: t.string({ format: "email" }).unique(),
    /** Optional: NULL is absent. */
    nickname: t.string().optional(),
    /** Nullable: NULL is null. */
    rank: t.int32().nullable(),
  },
  {
    owner: "id",
    access: { read: [owner, role("admin"), through(() => Order, { row: "customer", self: "seller" })] },
    list: {
      filter: ["name", "rank", "nickname"],
      sort: ["name", "rank", "nickname"],
      search: ["name", "email"],
      total: "exact",
    },
  },
);

export const Seller = resource(
  "seller",
  { id: t.id("sel"), name: t.string(), since: t.date().optional() },
  { access: { read: [signedIn] }, list: { sort: ["name", "since"] } },
);

export const Order = resource(
  "order",
  {
    id: t.id("ord"),
    customer: t.ref(() => Customer),
    seller: t.ref(() => Seller).optional(),
    status: t.enum(["open", "paid", "sent"]).default("open"),
    amount: t.money({ currency: "EUR" }),
    note: t.text().optional(),
  },
  {
    owner: "customer",
    access: { read: [owner, self("seller"), role("admin")] },
    list: {
      filter: ["status", "customer", "amount", "customer.rank", "seller.since"],
      sort: ["createdAt", "amount", "customer.rank", "seller.since", "customer.name"],
      total: "estimated",
      maxOffset: 1000,
    },
  },
);

export const shop: Model = compile(
  api("shop", { versions: { v1: "2026-01-01" }, resources: [Customer, Seller, Order] }),
);

const AT = "2026-01-01T00:00:00Z";
let made = 0;

/** An id of 26 characters that sorts after those made before. */
export function id(prefix: string): string {
  return `${prefix}_${(++made).toString(32).padStart(26, "0")}`;
}

export function customer(values: Readonly<Record<string, unknown>> = {}) {
  const key = id("cus");
  return {
    id: key,
    name: "Ada",
    email: `${key}@example.com`,
    rank: null,
    createdAt: AT,
    updatedAt: AT,
    ...values,
  };
}

export function seller(values: Readonly<Record<string, unknown>> = {}) {
  return { id: id("sel"), name: "Sam", createdAt: AT, updatedAt: AT, ...values };
}

export function order(of: string, values: Readonly<Record<string, unknown>> = {}) {
  return {
    id: id("ord"),
    customer: of,
    status: "open",
    amount: "10.00",
    createdAt: AT,
    updatedAt: AT,
    ...values,
  };
}

/** The scope of a call that has a minute. */
export function scope(signal: AbortSignal = AbortSignal.timeout(60_000)) {
  return { signal, deadline: Date.now() + 60_000 };
}
