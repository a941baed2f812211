import assert from "node:assert/strict";
import { test } from "node:test";
import { anyone, api, command, error, query, resource, role, signedIn, t } from "../../index.ts";
import { compile } from "../model/index.ts";
import { emitOpenApi } from "./index.ts";

const Shop = resource("shop", {
  id: t.id("shp"),
  name: t.string({ maxLength: 80 }),
});

const Order = resource(
  "order",
  {
    id: t.id("ord"),
    shop: t.ref(() => Shop).immutable(),
    amount: t.money({ currency: "JPY" }),
    secret: t.string().writeOnly().optional(),
    margin: t.decimal({ precision: 6, scale: 2, visibleTo: "admin" }).optional(),
    state: t.enum(["open", "paid"]).default("open").readOnly(),
    code: t.string({ unique: true, deprecated: "use id" }),
  },
  {
    access: { read: [anyone], write: [role("clerk")] },
    list: { filter: ["state", "amount"], search: ["code"], sort: ["amount"], total: "exact", maxOffset: 500 },
  },
);

const soldOut = error("sold_out", { status: 409, data: t.object({ left: t.int32() }) });
const pay = Order.action("pay", {
  input: t.object({ card: t.string() }),
  when: { state: ["open"] },
  idempotency: "required",
  preconditionRequired: true,
  errors: [soldOut],
});
const convert = query("convert", {
  input: t.object({ from: t.string(), digits: t.int32().default(2) }),
  output: t.object({ rate: t.float64() }),
  access: [anyone],
});
const close = command("closeAll", { access: [signedIn], idempotency: "none" });

// Read as JSON text, since that is what leaves the house.
const document = JSON.parse(
  JSON.stringify(
    emitOpenApi(
      compile(
        api("shop", {
          versions: { v1: "2026-01-01", v2: "2026-11-01" },
          resources: [Shop, Order],
          operations: [pay, convert, close],
          only: { shop: ["get"] },
        }),
      ),
      { url: "https://api.example.com/" },
    ),
  ),
);
const schemas = document.components.schemas;
const parametersOf = (path: string, method: string): any[] =>
  document.paths[path][method].parameters.map((parameter: any) =>
    parameter.$ref === undefined
      ? parameter
      : document.components.parameters[parameter.$ref.split("/").at(-1)],
  );
const names = (path: string, method: string) => parametersOf(path, method).map(({ name }) => name);

test("every route of the model is an operation with a camelCase id", () => {
  const ids = Object.entries<any>(document.paths).flatMap(([path, item]) =>
    Object.entries<any>(item).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
  );
  assert.deepEqual(ids, [
    "get /shops/{id} getShop",
    "get /orders listOrders",
    "post /orders createOrder",
    "get /orders/{id} getOrder",
    "put /orders/{id} replaceOrder",
    "patch /orders/{id} patchOrder",
    "delete /orders/{id} deleteOrder",
    "post /orders/{id}/pay payOrder",
    "get /convert convert",
    "post /close-all closeAll",
  ]);
  assert.deepEqual(document.servers, [{ url: "https://api.example.com/v2" }]);
  assert.equal(document.info.version, "2026-11-01");
});

test("a list takes exactly what its allowlists name", () => {
  assert.deepEqual(
    names("/orders", "get").filter((name) => !/^[A-Z]/.test(name)),
    [
      ...["state", "state[ne]", "amount", "amount[ne]"],
      ...["amount[gt]", "amount[gte]", "amount[lt]", "amount[lte]"],
      ...["q", "sort", "limit", "cursor", "offset", "total", "fields", "expand"],
    ],
  );
  const byName = new Map(parametersOf("/orders", "get").map((parameter) => [parameter.name, parameter]));
  assert.deepEqual(byName.get("sort").schema, {
    type: "string",
    enum: ["amount", "-amount", "createdAt", "-createdAt"],
    default: "-createdAt",
  });
  assert.deepEqual(byName.get("limit").schema, { type: "integer", minimum: 1, maximum: 100, default: 20 });
  assert.equal(byName.get("offset").schema.maximum, 500);
  assert.equal(byName.get("state").explode, false);
  assert.ok(byName.get("fields").schema.items.enum.includes("shop.name"));
  assert.ok(
    !byName.get("fields").schema.items.enum.includes("secret"),
    "writeOnly fields cannot be asked for",
  );
});

test("inputs are closed and leave out what the server sets; outputs are open and leave out what is never sent", () => {
  const { OrderCreate, OrderPatch, Order: row } = schemas;
  assert.deepEqual(Object.keys(OrderCreate.properties), ["shop", "amount", "secret", "margin", "code"]);
  assert.deepEqual(OrderCreate.required, ["shop", "amount", "code"]);
  assert.equal(OrderCreate.additionalProperties, false);
  assert.equal(OrderCreate.properties.secret.writeOnly, true);
  assert.equal(OrderPatch.properties.shop, undefined, "immutable");
  assert.deepEqual(OrderPatch.properties.margin.type, ["string", "null"]);
  assert.equal(OrderPatch.required, undefined);
  assert.equal(row.additionalProperties, undefined);
  assert.equal(row.properties.secret, undefined);
  assert.equal(row.properties.state.readOnly, true);
  assert.equal(row.properties.code.deprecated, true);
  assert.ok(!row.required.includes("margin"), "not everyone sees it");
  assert.deepEqual(row.properties.shop.anyOf[1], { $ref: "#/components/schemas/Shop" });
  assert.match(row.properties.margin.description, /only by role `admin`/);
});

test("money has the digits of its currency", () => {
  const pattern = new RegExp(schemas.OrderCreate.properties.amount.pattern);
  assert.ok(pattern.test("1200"));
  assert.ok(!pattern.test("1200.50"));
});

test("headers say what is required", () => {
  const required = (method: string, path: string) =>
    parametersOf(path, method)
      .filter((parameter) => parameter.in === "header" && parameter.required)
      .map(({ name }) => name);
  assert.deepEqual(required("post", "/orders/{id}/pay"), ["Idempotency-Key", "If-Match"]);
  assert.deepEqual(required("post", "/orders"), []);
  assert.ok(names("/orders", "post").includes("Idempotency-Key"));
  assert.ok(!names("/close-all", "post").includes("Idempotency-Key"));
  assert.ok(names("/orders/{id}", "get").includes("If-None-Match"));
});

test("errors are problems with the codes that the operation can give, declared ones with their data", () => {
  const pay = document.paths["/orders/{id}/pay"].post.responses;
  assert.deepEqual(
    Object.keys(pay).map(Number),
    [200, 204, 400, 401, 403, 404, 406, 408, 409, 412, 413, 414, 415, 422, 428, 431, 500, 502, 503, 504],
  );
  const conflict = document.components.responses[pay["409"].$ref.split("/").at(-1)];
  const { anyOf } = conflict.content["application/problem+json"].schema;
  assert.deepEqual(anyOf[0].allOf[1].properties.code.enum, [
    "conflict",
    "already_exists",
    "invalid_state",
    "idempotency_in_progress",
  ]);
  assert.deepEqual(anyOf[1], { $ref: "#/components/schemas/SoldOutProblem" });
  assert.equal(schemas.SoldOutProblem.allOf[1].properties.data.properties.left.type, "integer");
  assert.ok(conflict.headers["Retry-After"]);
  const closed = document.paths["/close-all"].post.responses;
  assert.deepEqual(Object.keys(closed).map(Number), [204, 400, 401, 403, 408, 409, 414, 431, 500, 503, 504]);
});

test("anyone's operations take credentials without asking for them", () => {
  assert.deepEqual(document.paths["/orders"].get.security, [{}, { bearer: [] }, { apiKey: [] }]);
  assert.deepEqual(document.paths["/orders"].post.security, [{ bearer: [] }, { apiKey: [] }]);
});

test("a patch is taken as merge patch and, where the row can be read, as JSON Patch", () => {
  const { content } = document.paths["/orders/{id}"].patch.requestBody;
  assert.deepEqual(Object.keys(content), [
    "application/merge-patch+json",
    "application/json",
    "application/cbor",
    "application/json-patch+json",
  ]);
});

test("a query in the query string has its input as parameters", () => {
  const [from, digits] = parametersOf("/convert", "get");
  assert.deepEqual([from.name, from.in, from.required], ["from", "query", true]);
  assert.deepEqual([digits.name, digits.required, digits.schema.default], ["digits", undefined, 2]);
});

test("names that collide are told apart", () => {
  const Problem = resource("problem", { id: t.id("prb"), text: t.string() });
  const ProblemCreate = resource("problemCreate", { id: t.id("prc") });
  const model = compile(api("odd", { versions: { v1: "2026-01-01" }, resources: [Problem, ProblemCreate] }));
  const odd = JSON.parse(JSON.stringify(emitOpenApi(model)));
  const { schemas } = odd.components;
  const bodyOf = (path: string) => odd.paths[path].post.requestBody.content["application/json"].schema.$ref;
  assert.deepEqual(Object.keys(schemas.Problem.properties).slice(0, 2), ["id", "text"]);
  assert.equal(schemas.Problem2.properties.title.type, "string");
  assert.equal(bodyOf("/problems"), "#/components/schemas/ProblemCreate");
  assert.deepEqual(Object.keys(schemas.ProblemCreate.properties), ["text"]);
  assert.deepEqual(Object.keys(schemas.ProblemCreate2.properties)[0], "id");
});

test("the same model gives the same text", () => {
  const model = compile(api("same", { versions: { v1: "2026-01-01" }, resources: [Shop] }));
  assert.equal(JSON.stringify(emitOpenApi(model)), JSON.stringify(emitOpenApi(model)));
});
