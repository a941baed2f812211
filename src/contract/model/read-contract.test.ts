import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, contractOf, mistakesOf } from "../../../test/support/mistakes.ts";
import { type Api, api, command, compile, error, event, resource, t } from "../../index.ts";

const Thing = resource("thing", { id: t.id("thg") });
const versions = { v1: "2026-11-01" };

describe("a contract", () => {
  it("serves its newest version", () => {
    const { version, versions: all } = compile(
      api("lab", { versions: { v2: "2026-11-01", v1: "2026-03-01" }, resources: [] }),
    );
    assert.equal(version, "v2");
    assert.deepEqual(Object.keys(all), ["v1", "v2"]);
  });

  it("has a title of its own or of its name", () => {
    assert.equal(compile(api("workLab", { versions, resources: [] })).title, "Work lab");
    assert.equal(compile(api("lab", { versions, resources: [], title: "The lab" })).title, "The lab");
  });

  it("tells all its mistakes at once", () => {
    const contract = api("Lab", {
      versions: {},
      resources: [resource("Thing", {}), resource("other", { a_b: t.string() })],
      operations: [command("do it")],
    });
    assert.deepEqual(
      mistakesOf(contract).map(({ place }) => place),
      [
        "api",
        "api, versions",
        "resource Thing",
        "resource other, field a_b",
        "resource other",
        "operation do it",
      ],
    );
  });

  const nonsense: Record<
    string,
    [contract: unknown, part: { place: string; expected?: string; found?: string; fix?: string }]
  > = {
    "nothing at all": [undefined, { place: "contract", found: "nothing" }],
    "a resource in its place": [Thing, { place: "contract", found: "a value of kind resource" }],
    "no resources": [api("lab", { versions } as never), { place: "api, resources", found: "nothing" }],
    "a name that is no name": [api("my lab", { versions, resources: [] }), { place: "api", fix: '"myLab"' }],
    "no versions": [contractOf({ versions: {} }), { place: "api, versions", found: "none" }],
    "a version with another name": [
      contractOf({ versions: { latest: "2026-11-01" } }),
      { place: "api, versions.latest" },
    ],
    "a date that is not in the calendar": [
      contractOf({ versions: { v1: "2026-02-30" } }),
      { place: "api, versions.v1" },
    ],
    "a date that is no text": [
      contractOf({ versions: { v1: 2026 as never } }),
      { place: "api, versions.v1", found: "2026" },
    ],
    "two versions of one day": [
      contractOf({ versions: { v1: "2026-11-01", v2: "2026-11-01" } }),
      { place: "api, versions.v2", expected: "after that of v1" },
    ],
    "versions in a list": [contractOf({ versions: ["2026-11-01"] as never }), { place: "api, versions" }],
    "an import that saw nothing yet": [
      contractOf({ resources: [undefined as never] }),
      { place: "api, resources[0]", found: "nothing", fix: "check the import" },
    ],
    "resources by name": [contractOf({ resources: { Thing } as never }), { place: "api, resources" }],
    "a resource twice": [
      contractOf({ resources: [Thing, Thing] }),
      { place: "resource thing", found: "it twice" },
    ],
    "two resources of one name": [
      contractOf({ resources: [Thing, resource("thing", { id: t.id("oth") })] }),
      { place: "resource thing", found: "two with this name" },
    ],
    "an option that does not exist": [
      contractOf({ operation: [] } as never),
      { place: "api, operation", fix: '"operations"' },
    ],
    "a resource option that does not exist": [
      contractOf({ resources: [resource("thing", { id: t.id("thg") }, { acess: {} } as object)] }),
      { place: "resource thing, acess", fix: '"access"' },
    ],
    "a narrowed resource that is not there": [
      contractOf({ resources: [Thing], only: { thin: ["get"] } }),
      { place: "api, only.thin", fix: '"thing"' },
    ],
    "a narrowed operation that is not standard": [
      contractOf({ resources: [Thing], only: { thing: ["read" as "get"] } }),
      { place: "api, only.thing[0]", found: '"read"' },
    ],
    "an expansion of what is no ref": [
      contractOf({
        resources: [resource("thing", { id: t.id("thg"), name: t.string() }, { expand: ["name"] })],
      }),
      { place: "resource thing, expand[0]", found: '"name"' },
    ],
    "an expansion that is not there": [
      contractOf({
        resources: [
          Thing,
          resource("part", { id: t.id("prt"), thing: t.ref("thing") }, { expand: ["thin" as "thing"] }),
        ],
      }),
      { place: "resource part, expand[0]", fix: 'write "thing"' },
    ],
    "a plural that is the singular": [
      contractOf({ resources: [resource("thing", { id: t.id("thg") }, { plural: "thing" })] }),
      { place: "resource thing, plural", fix: "give another" },
    ],
    "an event that is none": [contractOf({ events: ["thing.made" as never] }), { place: "api, events[0]" }],
    "an event without a subject": [
      contractOf({ events: [event("made", t.object({}))] }),
      { place: "event made", expected: "appointment.confirmed" },
    ],
    "an event of a resource that is not there": [
      contractOf({ events: [event("thing.made", Thing)] }),
      { place: "event thing.made", found: '"thing"' },
    ],
    "an event twice": [
      contractOf({ events: [event("thing.made", t.object({})), event("thing.made", t.object({}))] }),
      { place: "event thing.made", found: "two events" },
    ],
    "an error of the server": [
      contractOf({ operations: [command("go", { errors: [error("broken", { status: 500 })] })] }),
      { place: "error broken, status", expected: "from 400 to 499" },
    ],
    "an error without status": [
      contractOf({ operations: [command("go", { errors: [error("broken", {} as { status: number })] })] }),
      { place: "error broken, status", found: "nothing" },
    ],
    "an error of a status that is not in the table": [
      contractOf({ operations: [command("go", { errors: [error("teapot", { status: 418 })] })] }),
      { place: "error teapot, status", found: "418" },
    ],
    "an error of Concordat's": [
      contractOf({ operations: [command("go", { errors: [error("not_found", { status: 404 })] })] }),
      { place: "error not_found", fix: "rename it" },
    ],
    "an error that is not snake_case": [
      contractOf({ operations: [command("go", { errors: [error("slotTaken", { status: 409 })] })] }),
      { place: "error slotTaken", fix: '"slot_taken"' },
    ],
    "two errors of one code": [
      contractOf({
        operations: [
          command("go", { errors: [error("slot_taken", { status: 409 })] }),
          command("come", { errors: [error("slot_taken", { status: 410 })] }),
        ],
      }),
      { place: "error slot_taken", found: "two errors with this code that differ" },
    ],
  };
  for (const [name, [contract, part]] of Object.entries(nonsense)) {
    it(`reports ${name}`, () => assertMistake(contract as Api, part));
  }

  it("may declare an error in two places alike", () => {
    const declare = () => error("slot_taken", { status: 409, message: "Gone." });
    const operations = [command("go", { errors: [declare()] }), command("come", { errors: [declare()] })];
    assert.deepEqual(compile(contractOf({ operations })).errors, {
      slot_taken: { code: "slot_taken", status: 409, title: "Slot taken", message: "Gone." },
    });
  });
});
