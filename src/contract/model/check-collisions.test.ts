import { describe, it } from "node:test";
import { assertMistake } from "../../../test/support/mistakes.ts";
import { command, error, query, resource, t } from "../../index.ts";

const thing = (prefix = "thg") => ({ id: t.id(prefix) });

describe("names that differ in the contract and become one", () => {
  it("as id prefixes", () => {
    assertMistake(
      { resources: [resource("thing", thing()), resource("other", thing())] },
      { place: "resource other", expected: "id prefix", found: "thg, which resource thing has" },
    );
  });

  it("as tables and paths of REST", () => {
    const resources = [resource("thing", thing()), resource("stuff", thing("stf"), { plural: "things" })];
    const Contract = { resources };
    // One name, wrong in SQL, REST, GraphQL and protobuf: the first of them is enough to say.
    assertMistake(Contract, { place: "resource stuff", expected: "SQL table", fix: "plural" });
  });

  it("as types of GraphQL", () => {
    const resources = [
      resource("thing", { ...thing(), state: t.enum(["new"]) }),
      resource("thingState", thing("sta")),
    ];
    assertMistake(
      { resources },
      { place: "resource thingState", found: "ThingState, which resource thing, field state has" },
    );
    assertMistake(
      { resources: [resource("query", thing())] },
      { place: "resource query", found: "Query, which GraphQL has" },
    );
    assertMistake(
      { resources: [resource("thing", thing()), resource("thingConnection", thing("con"))] },
      { place: "resource thingConnection" },
    );
  });

  it("as the id beside a ref in GraphQL", () => {
    const Thing = resource("thing", thing());
    const fields = { ...thing("oth"), thing: t.ref(() => Thing), thingId: t.string() };
    assertMistake(
      { resources: [Thing, resource("other", fields)] },
      {
        place: "resource other, field thing, whose id is so called",
        expected: "GraphQL field",
        found: "thingId",
      },
    );
  });

  it("as filters and sorts in GraphQL", () => {
    const Thing = resource("thing", { ...thing(), size: t.int32() }, { list: { filter: ["size"] } });
    const fields = { ...thing("oth"), thing: t.ref(() => Thing), thingSize: t.int32() };
    const filter = ["thingSize", "thing.size"] as const;
    assertMistake(
      { resources: [Thing, resource("other", fields, { list: { filter } })] },
      { place: "resource other, list.filter thing.size", found: "hingSize" },
    );
  });

  it("as types of inner values, of payloads and of errors in GraphQL", () => {
    const place = t.object({ cityName: t.enum(["a"]), city: t.object({ name: t.enum(["b"]) }) });
    assertMistake(
      { resources: [resource("thing", { ...thing(), place })] },
      { place: "resource thing, field place.city.name", found: "ThingPlaceCityName" },
    );
    assertMistake(
      { resources: [resource("openPayload", thing())], operations: [command("open")] },
      { place: "operation open", found: "OpenPayload, which resource openPayload has" },
    );
    const failure = error("failure", { status: 409 });
    assertMistake(
      {
        resources: [resource("failureError", thing())],
        operations: [command("open", { errors: [failure] })],
      },
      { place: "error failure", found: "FailureError, which resource failureError has" },
    );
  });

  it("as operations", () => {
    const Thing = resource("thing", thing());
    assertMistake(
      { resources: [Thing], operations: [query("things", { output: t.bool() })] },
      { place: "operation things", expected: "REST path", found: "/things" },
    );
    assertMistake(
      { resources: [Thing], operations: [command("createThing")] },
      { place: "operation createThing", expected: "protobuf method", found: "CreateThing" },
    );
    assertMistake(
      { resources: [resource("operation", thing())] },
      { place: "resource operation", found: "/operations, which Concordat has" },
    );
    assertMistake({ operations: [command("batch")] }, { place: "operation batch", found: "/batch" });
  });

  it("as methods, services and fields of protobuf", () => {
    const Thing = resource("thing", thing());
    const rename = Thing.action("rename", { input: t.object({ id: t.string() }) });
    assertMistake(
      { resources: [Thing], operations: [rename] },
      {
        place: "operation thing.rename, input, field id",
        expected: "protobuf field",
        found: "id, which the request of thing.rename has",
      },
    );
    assertMistake(
      { resources: [Thing], operations: [Thing.action("update")] },
      { place: "operation thing.update", expected: "protobuf method", found: "UpdateThing" },
    );
    assertMistake(
      { resources: [resource("thing", { ...thing(), name: t.string().nullable(), nameIsNull: t.bool() })] },
      {
        place: "resource thing, field nameIsNull",
        found: "name_is_null, which resource thing, field name has",
      },
    );
  });

  it("as enum values of protobuf", () => {
    const fields = { ...thing(), state: t.enum(["of_use"]), stateOf: t.enum(["use"]) };
    assertMistake(
      { resources: [resource("thing", fields)] },
      { place: "resource thing, field stateOf, use", found: "STATE_OF_USE" },
    );
  });
});
