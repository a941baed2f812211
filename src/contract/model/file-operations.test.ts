import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, modelOf } from "../../../test/support/mistakes.ts";
import { command, query, resource, stream, t } from "../../index.ts";

const Paper = resource("paper", {
  id: t.id("pap"),
  title: t.string(),
  text: t.file({ maxBytes: 1000, mediaTypes: ["text/*"] }),
  coverImage: t.file().optional(),
  draft: t.file().writeOnly().optional(),
});

describe("files in a contract", () => {
  it("make a download of each file that is ever sent, for those who may read the row", () => {
    const { operations } = modelOf({ resources: [Paper] });
    const downloads = Object.values(operations).filter(({ output }) => output.kind === "file");
    assert.deepEqual(
      downloads.map(({ id, http }) => `${id} ${http?.method} ${http?.path}`),
      ["paper.downloadText GET /papers/{id}/text", "paper.downloadCoverImage GET /papers/{id}/cover-image"],
    );
    assert.deepEqual(downloads[0]?.access, operations["paper.get"]?.access);
    const none = modelOf({ resources: [Paper], only: { paper: ["create"] } }).operations;
    assert.deepEqual(Object.keys(none), ["paper.create"]);
  });

  it("may be described further, once", () => {
    const described = Paper.download("text", {
      description: "The text.",
      cacheControl: "private, max-age=60",
    });
    const { operations } = modelOf({ resources: [Paper], operations: [described] });
    assert.equal(operations["paper.downloadText"]?.cacheControl, "private, max-age=60");
    const wrong = Paper.download("title" as never);
    assertMistake(
      { resources: [Paper], operations: [wrong] },
      { place: "operation paper.downloadTitle", found: "a string" },
    );
  });

  const wrong: Record<string, [contract: object, place: string]> = {
    "inside a list of a row": [
      { resources: [resource("box", { id: t.id("box"), files: t.list(t.file()) })] },
      "resource box, field files[]",
    ],
    "inside an object of an input": [
      { operations: [command("send", { input: t.object({ at: t.object({ file: t.file() }) }) })] },
      "operation send, input.at.file",
    ],
    "in the input of a query": [
      { operations: [query("find", { input: t.object({ file: t.file() }) })] },
      "operation find, input",
    ],
    "in the input of a stream": [
      { operations: [stream("watch", { input: t.object({ file: t.file() }), output: t.object({}) })] },
      "operation watch, input",
    ],
    "in the input of a long-running command": [
      { operations: [command("convert", { input: t.object({ file: t.file() }), longRunning: true })] },
      "operation convert, longRunning",
    ],
    "as the output of a command": [
      { operations: [command("print", { output: t.file() })] },
      "operation print, output",
    ],
    "that no byte fits": [
      { resources: [resource("box", { id: t.id("box"), file: t.file({ maxBytes: 0 }) })] },
      "resource box, field file",
    ],
    "of media types that are none": [
      { resources: [resource("box", { id: t.id("box"), file: t.file({ mediaTypes: ["PDF"] }) })] },
      "resource box, field file",
    ],
    "that must differ from each other": [
      { resources: [resource("box", { id: t.id("box"), file: t.file().unique() })] },
      "resource box, field file",
    ],
    "that lists are filtered by": [
      { resources: [resource("box", { id: t.id("box"), file: t.file() }, { list: { filter: ["file"] } })] },
      "resource box, list.filter[0]",
    ],
  };
  for (const [name, [contract, place]] of Object.entries(wrong)) {
    it(`are refused ${name}`, () => assertMistake(contract, { place }));
  }
});
