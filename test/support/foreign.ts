import {
  anyone,
  api,
  apiKeys,
  bearerTokens,
  command,
  error,
  errorPart,
  query,
  resource,
  role,
  type Service,
  service,
  signedIn,
  t,
} from "../../src/index.ts";
import { handle } from "../../src/runtime/engine/index.ts";

/** An api in a style that is not the house's: every option that serves clients who are there already. */
export const Product = resource(
  "product",
  {
    id: t.id("prd"),
    title: t.string({ minLength: 1 }),
    price: t.decimal({ precision: 9, scale: 2 }),
    parts: t.list(t.object({ name: t.string(), madeAt: t.timestamp().optional() })).default([]),
    soldAt: t.timestamp().optional().readOnly(),
  },
  {
    access: { read: [anyone], write: [signedIn] },
    list: { filter: ["title"], sort: ["price"], total: "exact", maxOffset: 1000 },
  },
);

export const soldOut = error("sold_out", { status: 409, data: t.object({ left: t.int32() }) });

export const listProducts = Product.list({
  http: {
    path: "/shop/products.json",
    answer: { data: "products", total: "total", nextCursor: "next", hasMore: "more" },
  },
});
const getProduct = Product.get({ http: { path: "/shop/products/{id}/show", answer: "product" } });
const createProduct = Product.create({
  http: { path: "/shop/products", body: "product", answer: "product", status: 200 },
});
const patchProduct = Product.patch({
  http: { method: "PUT", path: "/shop/products/{id}/edit", body: "product", answer: "product" },
});
const deleteProduct = Product.delete({ http: { path: "/shop/products/{id}/edit", status: 200 } });
const sell = Product.action("sell", {
  input: t.object({ channel: t.enum(["web", "till"]), count: t.int32({ minimum: 1 }).default(1) }),
  errors: [soldOut],
  http: { path: "/shop/products/{id}/sales/{channel}", answer: "product", status: 202 },
});
const findPrice = query("findPrice", {
  input: t.object({ currency: t.string({ pattern: "^[A-Z]{3}$" }), at: t.timestamp().optional() }),
  output: t.object({ at: t.timestamp().optional(), rates: t.map(t.float64()) }),
  access: [anyone],
  http: { path: "/prices/{currency}" },
});
const forget = command("forget", {
  input: t.object({ name: t.string(), hard: t.bool().default(false) }),
  output: t.object({ name: t.string(), hard: t.bool() }),
  access: [role("member")],
  http: { method: "DELETE", path: "/people/{name}" },
});
/** A word where `forget` has a parameter, and a longer path that begins like both. */
const listPeople = query("listPeople", { output: t.list(t.string()), http: { path: "/people/all" } });
const showFriends = query("showFriends", {
  input: t.object({ name: t.string() }),
  output: t.list(t.string()),
  http: { path: "/people/{name}/friends" },
});

export const foreign = api("foreign", {
  versions: { v1: "2020-01-01" },
  resources: [Product],
  only: { product: ["list"] },
  operations: [
    ...[listProducts, getProduct, createProduct, patchProduct, deleteProduct, sell],
    ...[findPrice, forget, listPeople, showFriends],
  ],
  authentication: [
    apiKeys,
    bearerTokens({ description: "From the old service." }),
    bearerTokens({ scheme: "Token" }),
  ],
  rest: {
    prefix: "/",
    timestamps: "milliseconds",
    errors: {
      mediaType: "application/vnd.foreign+json",
      body: {
        success: false,
        error: {
          type: errorPart.code,
          status: errorPart.status,
          title: errorPart.title,
          message: errorPart.detail,
          request: errorPart.requestId,
          data: errorPart.data,
          fields: errorPart.violations({
            name: errorPart.field,
            at: errorPart.pointer,
            why: errorPart.reason,
            text: errorPart.message,
          }),
        },
      },
      statuses: { invalid_input: 400, unauthenticated: 403, unavailable: 500 },
    },
  },
});

/** The api with handlers; a token is `<id>:<role>`, checked against nothing. */
export const foreignService: Service = service(
  foreign,
  [
    handle(sell, async ({ input, current, db, now }) => {
      if (input.count > 10) throw soldOut({ left: 10 });
      return db.update(Product, current.id, { soldAt: now() });
    }),
    handle(findPrice, ({ input }) => ({
      ...(input.at === undefined ? {} : { at: input.at }),
      rates: { [input.currency]: 1.5 },
    })),
    handle(forget, ({ input }) => input),
    handle(listPeople, () => ["ada"]),
    handle(showFriends, ({ input }) => [`friend of ${input.name}`]),
  ],
  {
    authenticate: ({ token }) => {
      const [id, roleName] = token.split("~");
      return id === undefined || roleName === undefined ? undefined : { id, roles: [roleName] };
    },
  },
);
