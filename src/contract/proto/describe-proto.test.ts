import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../base/errors/index.ts";
import { api, command, error, resource, t } from "../../index.ts";
import { compile } from "../model/index.ts";
import { describeProto, type ProtoLock, typeText } from "./index.ts";

const versions = { v1: "2026-01-01" };

const Author = resource("author", { id: t.id("aut"), name: t.string() }, { list: { sort: ["name"] } });
const Book = resource(
  "book",
  {
    id: t.id("bok"),
    author: t.ref(() => Author),
    title: t.string(),
    genre: t.enum(["novel", "poetry"]),
    subtitle: t.string().nullable(),
    tags: t.list(t.string()).optional(),
    pages: t.list(t.list(t.int32())),
    scores: t.map(t.float64().nullable()),
    secret: t.string().writeOnly().optional(),
    cover: t.union("kind", { soft: t.object({}), hard: t.object({ cloth: t.bool() }) }).optional(),
  },
  { list: { filter: ["genre", "author.name"] } },
);
const bookLent = error("book_lent", { status: 409, data: t.object({ until: t.timestamp() }) });

const library = api("library", {
  versions,
  resources: [Author, Book],
  operations: [
    Book.action("lend", { input: t.object({ to: t.ref(() => Author) }), errors: [bookLent] }),
    command("close", { output: t.int64() }),
  ],
});

/** The fields of a message as .proto text has them. */
function fieldsOf(name: string, lock?: ProtoLock): string[] {
  const schema = describeProto(compile(library), lock);
  const message = schema.messages[`library.v1.${name}`];
  assert.ok(message, `there is a message ${name}`);
  return message.fields.map(
    (field) => `${typeText(schema.package, field, message.union?.oneof)} ${field.name} = ${field.number}`,
  );
}

test("a row has a field for each that is sent, with flags for null and for empty", () => {
  assert.deepEqual(fieldsOf("Book"), [
    "optional string id = 1",
    "optional string author = 2",
    "optional string title = 3",
    "optional Book.Genre genre = 4",
    "optional string subtitle = 5",
    "optional bool subtitle_is_null = 6",
    "repeated string tags = 7",
    "optional bool tags_is_empty = 8",
    "repeated Book.PagesItem pages = 9",
    "map<string, Book.ScoresValue> scores = 10",
    "Book.Cover cover = 11",
    "google.protobuf.Timestamp created_at = 12",
    "google.protobuf.Timestamp updated_at = 13",
  ]);
  assert.deepEqual(fieldsOf("Book.PagesItem"), ["repeated int32 value = 1"]);
  assert.deepEqual(fieldsOf("Book.ScoresValue"), [
    "optional double value = 1",
    "optional bool value_is_null = 2",
  ]);
  assert.deepEqual(fieldsOf("Book.Cover"), [
    "oneof kind Book.Cover.Soft soft = 1",
    "oneof kind Book.Cover.Hard hard = 2",
  ]);
});

test("a request has the parts of a call side by side", () => {
  assert.deepEqual(fieldsOf("LendBookRequest"), [
    "optional string id = 1",
    "google.protobuf.FieldMask read_mask = 2",
    "google.protobuf.FieldMask expand = 3",
    "optional string to = 4",
  ]);
  assert.deepEqual(fieldsOf("ListBooksRequest.Filter"), [
    "repeated Book.Genre genre = 1",
    "repeated Book.Genre genre_ne = 2",
    "repeated string author_name = 3",
    "repeated string author_name_ne = 4",
  ]);
});

test("patches are updates with a mask, which says null too", () => {
  const fields = fieldsOf("UpdateBookRequest");
  assert.ok(fields.includes("google.protobuf.FieldMask update_mask = 2"));
  assert.ok(!fields.some((field) => field.includes("_is_null")));
});

test("answers name what they hold; values that are no objects are a result", () => {
  assert.deepEqual(fieldsOf("GetBookResponse"), ["Book book = 1", "BookRelated related = 2"]);
  assert.deepEqual(fieldsOf("BookRelated"), ["map<string, Author> authors = 1"]);
  assert.deepEqual(fieldsOf("CloseResponse"), ["optional int64 result = 1"]);
  assert.deepEqual(fieldsOf("DeleteBookResponse"), []);
  assert.deepEqual(fieldsOf("BookLentError"), ["google.protobuf.Timestamp until = 1"]);
});

test("methods stand for operations, under paths of their service", () => {
  const { methods } = describeProto(compile(library));
  assert.equal(methods["/library.v1.BookService/LendBook"]?.operation, "book.lend");
  assert.equal(methods["/library.v1.BookService/UpdateBook"]?.operation, "book.patch");
  assert.equal(methods["/library.v1.LibraryService/Close"]?.operation, "close");
  assert.equal(methods["/library.v1.BookService/ListBooks"]?.hasNoSideEffects, true);
});

test("names that become the same deep inside are mistakes that name both places", () => {
  const thing = (fields: Parameters<typeof t.object>[0]) =>
    compile(api("things", { versions, resources: [resource("thing", { id: t.id("thg"), ...fields })] }));
  const deep = thing({ inner: t.object({ a: t.string().nullable(), aIsNull: t.bool() }) });
  const wrapped = thing({ grid: t.list(t.list(t.int32())), gridItem: t.object({}) });
  const refusal = (model: ReturnType<typeof thing>): string => {
    try {
      describeProto(model);
    } catch (error) {
      assert.ok(error instanceof UsageError);
      return error.message;
    }
    return "taken";
  };
  assert.match(refusal(deep), /field aIsNull: .*things\.v1\.Thing\.Inner\.a_is_null, which .* field a has/);
  assert.match(refusal(wrapped), /field gridItem: .*things\.v1\.Thing\.GridItem, which .* field grid has/);
});
