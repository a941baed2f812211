import assert from "node:assert/strict";
import { test } from "node:test";
import { model } from "../../../test/support/library.ts";
import { createCsvWriter } from "./csv.ts";

const { book } = model.resources;
assert.ok(book);
const write = createCsvWriter(model, book);
const all = "id,title,author,summary,subtitle,tags,size,cost,status,createdAt,updatedAt";

test("columns follow from the question, whatever the rows hold", () => {
  const header = (selection: Parameters<typeof write>[1]) => write([], selection);
  assert.equal(header({}), `${all}\r\n`);
  assert.equal(header({ hidden: ["cost", "summary"] }), `${all.replace(/,(cost|summary)/g, "")}\r\n`);
  assert.equal(header({ fields: ["title", "id", "title"] }), "title,id\r\n");
  assert.equal(header({ fields: ["author.name", "id"] }), "author.name,id\r\n");
  assert.equal(header({ fields: ["author", "id", "author.name"] }), "author.name,id\r\n");
  const author = "author.id,author.name,author.createdAt,author.updatedAt";
  assert.equal(header({ expand: ["author"] }), `${all.replace("author", author)}\r\n`);
  assert.equal(header({ fields: ["id"], expand: ["author"] }), `id,${author}\r\n`);
});

test("a ref that was not followed is an id, in the column of the id", () => {
  const fields = ["author.id", "author.name", "title"];
  const rows = [
    { author: { id: "aut_1", name: "Ada" }, title: "One" },
    { author: "aut_2", title: "Two" },
  ];
  assert.equal(write(rows, { fields }), "author.id,author.name,title\r\naut_1,Ada,One\r\naut_2,,Two\r\n");
});

test("cells are quoted where they must be, and values are never changed", () => {
  const cells: readonly (readonly [value: never, cell: string])[] = [
    ["plain" as never, "plain"],
    ["" as never, '""'],
    [null as never, ""],
    [undefined as never, ""],
    ["a,b" as never, '"a,b"'],
    ['say "hi"' as never, '"say ""hi"""'],
    ["two\r\nlines" as never, '"two\r\nlines"'],
    ["Zoë 水 𐅑" as never, "Zoë 水 𐅑"],
    ["=1+1" as never, "=1+1"],
    [12.5 as never, "12.5"],
    [-3 as never, "-3"],
    [123456789012345678901n as never, "123456789012345678901"],
    [true as never, "true"],
    [["a", "b"] as never, '"[""a"",""b""]"'],
    [{ width: 1 } as never, '"{""width"":1}"'],
    [[] as never, "[]"],
  ];
  for (const [value, cell] of cells) {
    assert.equal(
      write([{ id: "x", title: value }], { fields: ["id", "title"] }),
      `id,title\r\nx,${cell}\r\n`,
    );
  }
});
