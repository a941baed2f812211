import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, modelOf } from "../../../test/support/mistakes.ts";
import { resource, t } from "../../index.ts";
import { toKebabCase, toPascalCase, toSnakeCase, toTitle } from "./names.ts";

const id = t.id("thg");

describe("names", () => {
  it("are written as each protocol writes them", () => {
    assert.equal(toSnakeCase("startsAtUtc"), "starts_at_utc");
    assert.equal(toKebabCase("orderItems"), "order-items");
    assert.equal(toPascalCase("orderItem"), "OrderItem");
    assert.equal(toPascalCase("slot_taken"), "SlotTaken");
    assert.equal(toTitle("orderItem"), "Order item");
    assert.equal(toTitle("slot_taken"), "Slot taken");
  });

  it("give a resource its plural, path, table and columns", () => {
    const model = modelOf({ resources: [resource("salesPerson", { id, homePhone: t.string() })] });
    const { plural, path, table, columns } = model.resources.salesPerson ?? {};
    assert.deepEqual(
      { plural, path, table },
      { plural: "salesPeople", path: "sales-people", table: "sales_people" },
    );
    assert.equal(columns?.homePhone, "home_phone");
    assert.equal(model.operations["salesPerson.get"]?.http?.path, "/sales-people/{id}");
  });

  it("that are not camelCase are mistakes that say how to write them", () => {
    assertMistake(
      { resources: [resource("SalesPerson", { id })] },
      { place: "resource SalesPerson", expected: "camelCase", fix: 'rename it to "salesPerson"' },
    );
    assertMistake(
      { resources: [resource("thing", { id, home_phone: t.string() })] },
      { place: "resource thing, field home_phone", found: '"home_phone"', fix: 'rename it to "homePhone"' },
    );
    assertMistake(
      { resources: [resource("thing", { id, "first name": t.string() })] },
      { place: "resource thing, field first name", fix: 'rename it to "firstName"' },
    );
    assertMistake(
      { resources: [resource("thing", { id, size: t.enum(["extra-large"]) })] },
      { place: "resource thing, field size", expected: "snake_case" },
    );
    const Thing = resource("thing", { id });
    assertMistake(
      { resources: [Thing], operations: [Thing.action("do-it")] },
      { place: "operation thing.do-it", fix: '"doIt"' },
    );
  });

  it("that objects have of themselves, or that PostgreSQL would cut off, are mistakes", () => {
    assertMistake({ resources: [resource("constructor", { id })] }, { place: "resource constructor" });
    assertMistake(
      { resources: [resource("thing", { id, toString: t.string() })] },
      { place: "resource thing, field toString" },
    );
    const long = "a".repeat(64);
    assertMistake(
      { resources: [resource(long, { id })] },
      { place: `resource ${long}`, expected: "at most 63" },
    );
  });

  it("that the server takes for itself are mistakes", () => {
    assertMistake(
      { resources: [resource("thing", { id, rowVersion: t.int32() })] },
      { place: "resource thing, field rowVersion", found: "row_version" },
    );
    assertMistake(
      { resources: [resource("thing", { id, createdAt: t.date() })] },
      { place: "resource thing, field createdAt", fix: "remove it" },
    );
    const spelledOut = resource("thing", { id, createdAt: t.timestamp().readOnly() });
    assert.deepEqual(Object.keys(modelOf({ resources: [spelledOut] }).resources.thing?.fields ?? {}), [
      "id",
      "createdAt",
      "updatedAt",
    ]);
  });
});
