import assert from "node:assert/strict";
import { test } from "node:test";
import { anyone, api, command, compile, resource, t } from "concordat";
import { describeProto } from "../../contract/proto/index.ts";
import { createViolationPaths } from "./violation-path.ts";

const Hall = resource(
  "hall",
  {
    id: t.id("hal"),
    opensAt: t.timestamp(),
    tags: t.list(t.string()),
    seats: t.map(t.object({ rowNumber: t.int32() })),
    grid: t.list(t.list(t.int32())),
    place: t.object({ zipCode: t.string() }),
    shape: t.union("kind", {
      circle: t.object({ outerRadius: t.float64() }),
      box: t.object({ width: t.int32() }),
    }),
    signs: t.list(
      t.union("made", { of_wood: t.object({ text: t.string() }), of_tin: t.object({ text: t.string() }) }),
    ),
  },
  { access: { read: [anyone], write: [anyone] }, list: { filter: ["opensAt"], sort: ["opensAt"] } },
);
const note = command("note", { input: t.object({ madeAt: t.timestamp() }), access: [anyone] });
const schema = describeProto(
  compile(api("halls", { versions: { v1: "2026-01-01" }, resources: [Hall], operations: [note] })),
);

test("pointers into the input become paths of the request's fields", () => {
  const name = createViolationPaths(schema, "halls.v1.CreateHallRequest", false);
  for (const [pointer, field] of [
    ["", ""],
    ["/opensAt", "opens_at"],
    ["/tags/1", "tags[1]"],
    ["/seats/front ~1 left/rowNumber", 'seats["front / left"].row_number'],
    ["/grid/1/2", "grid[1].value[2]"],
    ["/place/zipCode", "place.zip_code"],
    ["/shape/outerRadius", "shape.circle.outer_radius"],
    ["/shape/kind", "shape.kind"],
    ["/row_version", "row_version"],
    ["/place/nowhere", "place.nowhere"],
    ["Idempotency-Key", "idempotency-key"],
  ] as const) {
    assert.equal(name(pointer), field, pointer);
  }
});

test("where variants have fields of one name, the one that was sent is named", () => {
  const name = createViolationPaths(schema, "halls.v1.CreateHallRequest", false);
  const signs = [
    { made: "of_tin", text: "" },
    { made: "of_wood", text: "" },
  ];
  assert.equal(name("/signs/0/text", { signs }), "signs[0].of_tin.text");
  assert.equal(name("/signs/1/text", { signs }), "signs[1].of_wood.text");
  assert.equal(name("/shape/width", { shape: { kind: "circle", width: 1 } }), "shape.circle.width");
  assert.equal(name("/signs/2/text", { signs }), "signs[2].of_wood.text", "the first, where nobody knows");
});

test("parameters of a list are found where the request has them", () => {
  const name = createViolationPaths(schema, "halls.v1.ListHallsRequest", false);
  for (const [pointer, field] of [
    ["?limit", "page_size"],
    ["?cursor", "page_token"],
    ["?sort", "sort"],
    ["?fields", "read_mask"],
    ["?opensAt", "filter.opens_at"],
    ["?opensAt[gte]", "filter.opens_at_gte"],
    ["?colour", "filter.colour"],
    ["?constructor[toString]", "filter.constructor[toString]"],
  ] as const) {
    assert.equal(name(pointer), field, pointer);
  }
});

test("in a stream the number of the message comes first", () => {
  const name = createViolationPaths(schema, "halls.v1.NoteRequest", true);
  assert.equal(name("/12/madeAt"), "[12].made_at");
  assert.equal(name("/0"), "[0]");
});
