import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertMistake, modelOf } from "../../../test/support/mistakes.ts";
import { resource, t } from "../../index.ts";

const Team = resource("team", { id: t.id("tea") });
const team = t.ref("team");
const player = (filter: readonly ("team" | "formerTeam")[], plural?: string) =>
  resource(
    "player",
    { id: t.id("pla"), team, formerTeam: team.optional() },
    { list: { filter }, ...(plural === undefined ? {} : { plural }) },
  );

describe("relations", () => {
  it("are the lists that may be filtered by a ref to the row", () => {
    const model = modelOf({ resources: [Team, player(["team"])] });
    assert.deepEqual(model.resources.team?.relations, { players: { resource: "player", field: "team" } });
    assert.deepEqual(model.resources.player?.relations, {});
  });

  it("are not made of refs that no list is filtered by: no index would serve them", () => {
    const model = modelOf({ resources: [Team, player([])] });
    assert.deepEqual(model.resources.team?.relations, {});
  });

  it("are not made of resources without a list", () => {
    const Player = player(["team"]);
    const model = modelOf({ resources: [Team, Player], only: { player: ["get"] } });
    assert.deepEqual(model.resources.team?.relations, {});
  });

  it("are named by their refs where a resource has several to the same one", () => {
    const model = modelOf({ resources: [Team, player(["team", "formerTeam"])] });
    assert.deepEqual(model.resources.team?.relations, {
      playersByTeam: { resource: "player", field: "team" },
      playersByFormerTeam: { resource: "player", field: "formerTeam" },
    });
  });

  it("of a resource to itself are its children", () => {
    const Folder = resource(
      "folder",
      { id: t.id("fol"), parent: t.ref("folder").optional() },
      { list: { filter: ["parent"] } },
    );
    const model = modelOf({ resources: [Folder] });
    assert.deepEqual(model.resources.folder?.relations, { folders: { resource: "folder", field: "parent" } });
  });

  it("take the plural that the author gave", () => {
    const model = modelOf({ resources: [Team, player(["team"], "squad")] });
    assert.deepEqual(Object.keys(model.resources.team?.relations ?? {}), ["squad"]);
  });

  it("report a field of the same name", () => {
    const Crowded = resource("team", { id: t.id("tea"), players: t.int32() });
    assertMistake(
      { resources: [Crowded, player(["team"])] },
      { place: "resource team, field players", found: "rows of player by their team", fix: "list.filter" },
    );
  });

  it("report another relation of the same name", () => {
    const Other = resource(
      "other",
      { id: t.id("oth"), team },
      { plural: "playersByTeam", list: { filter: ["team"] } },
    );
    assertMistake(
      { resources: [Team, player(["team", "formerTeam"]), Other] },
      { place: "resource other, field team", found: "playersByTeam, which rows of player by their team" },
    );
  });
});
