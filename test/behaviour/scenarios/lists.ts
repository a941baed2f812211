import assert from "node:assert/strict";
import type { ListQuestion } from "../../../src/runtime/engine/select.ts";
import type { Actor } from "../caller.ts";
import { group, isProtobuf, type Place } from "../scenario.ts";
import type { Json, JsonPage, Stage } from "../stage.ts";

/** Specimens that only the scenario's own filter finds. */
async function rows(stage: Stage, all: readonly Json[]) {
  const as = await stage.stranger();
  const label = stage.word();
  const made: Json[] = [];
  for (const values of all) made.push(await stage.ok("specimen.create", { input: { label, ...values }, as }));
  const mine = { label: { in: [label] } };
  return { as, label, made, mine };
}

async function idsOf(stage: Stage, as: Actor, list: ListQuestion): Promise<string[]> {
  return (await stage.page("specimen.list", { list, as })).data.map((row) => row.id);
}

/** Reads on from a page until the end; checks every page's shape. */
async function walk(stage: Stage, as: Actor, list: ListQuestion, direction: "nextCursor" | "prevCursor") {
  const pages: JsonPage[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await stage.page("specimen.list", { list: { ...list, ...(cursor ? { cursor } : {}) }, as });
    assert.ok(page.data.length <= (list.limit ?? 20));
    pages.push(page);
    cursor = page.page[direction];
    assert.ok(pages.length < 50, "the pages come to an end");
  } while (cursor);
  return pages;
}

const RANKS = [3, null, 1, null, 2, 1, null, -7, 3, 0].map((rank) => ({ rank }));

/** Those who gave a total a key of its own get it with every page. */
const alwaysCounted = ({ caller }: Place) =>
  caller === "existing" ? "In the other style every page has the total" : undefined;

export const lists = group("lists", {
  "filters: equals one, equals any, not": async (stage) => {
    const { as, made, mine } = await rows(stage, [
      { colour: "red" },
      { colour: "green" },
      { colour: "blue" },
    ]);
    const [red, green, blue] = made.map((row) => row.id);
    const of = (colour: Record<string, string[]>) => idsOf(stage, as, { filter: { ...mine, colour } });
    assert.deepEqual(await of({ in: ["red"] }), [red]);
    assert.deepEqual((await of({ in: ["red", "blue"] })).sort(), [red, blue].sort());
    assert.deepEqual((await of({ ne: ["red"] })).sort(), [green, blue].sort());
  },

  "filters: ranges of numbers, times and money": async (stage) => {
    const { as, made, mine } = await rows(stage, [
      { rank: 1, at: "2026-01-01T00:00:00Z", big: "9007199254740993", price: "9.00" },
      { rank: 2, at: "2026-01-01T00:00:00.000001Z", big: "9007199254740994", price: "10.00" },
      { rank: 10, at: "2026-06-01T02:00:00+02:00", big: "-1", price: "100.00" },
    ]);
    const [one, two, ten] = made.map((row) => row.id);
    const of = async (filter: ListQuestion["filter"]) =>
      (await idsOf(stage, as, { filter: { ...mine, ...filter }, sort: "createdAt" })).map((id) =>
        id === one ? 1 : id === two ? 2 : id === ten ? 10 : 0,
      );
    assert.deepEqual(await of({ rank: { gt: ["1"] } }), [2, 10]);
    assert.deepEqual(await of({ rank: { gte: ["1"], lt: ["10"] } }), [1, 2]);
    assert.deepEqual(await of({ rank: { lte: ["2"] } }), [1, 2]);
    assert.deepEqual(await of({ at: { gt: ["2026-01-01T00:00:00Z"] } }), [2, 10]);
    assert.deepEqual(await of({ at: { in: ["2026-06-01T00:00:00Z"] } }), [10]);
    assert.deepEqual(await of({ big: { gt: ["9007199254740993"] } }), [2]);
    assert.deepEqual(await of({ price: { gte: ["10.00"] } }), [2, 10]);
  },

  "filters: missing or not": async (stage) => {
    const { as, made, mine } = await rows(stage, [{ rank: 1 }, { rank: null }]);
    const [ranked, bare] = made.map((row) => row.id);
    assert.deepEqual(await idsOf(stage, as, { filter: { ...mine, rank: { isNull: ["true"] } } }), [bare]);
    assert.deepEqual(await idsOf(stage, as, { filter: { ...mine, rank: { isNull: ["false"] } } }), [ranked]);
  },

  "filters: what is null is not equal to a value": async (stage) => {
    const { as, made, mine } = await rows(stage, [{ rank: 1 }, { rank: null }, { rank: 2 }]);
    const ids = await idsOf(stage, as, { filter: { ...mine, rank: { ne: ["1"] } }, sort: "createdAt" });
    assert.deepEqual(ids, [made[1]!.id, made[2]!.id]);
  },

  "filters: values are data, never SQL or patterns": async (stage) => {
    const { as, mine } = await rows(stage, [{}]);
    for (const value of ["' or '1'='1", "%", "_", "\\", '"', "$1", "; drop table x; --"]) {
      assert.deepEqual(await idsOf(stage, as, { filter: { label: { in: [value] } } }), []);
    }
    assert.equal((await idsOf(stage, as, { filter: mine })).length, 1);
  },

  "filters: values with the marks of a query string come through whole": async (stage) => {
    const as = await stage.stranger();
    for (const label of ["a,b", "a&b=c", "50%", "a+b c", "#?/", "ключ", "😀", "%2C", "a%20b"]) {
      const unique = `${label}${stage.word("")}`.slice(0, 20);
      const { id } = await stage.specimen(as, { label: unique });
      assert.deepEqual(await idsOf(stage, as, { filter: { label: { in: [unique] } } }), [id], label);
      const both = { filter: { label: { in: [unique, "other"] } } };
      assert.deepEqual(await idsOf(stage, as, both), [id], label);
    }
  },

  "filters: follow one reference": async (stage) => {
    const { id, provider, slot } = await stage.appointment();
    const of = async (operator: string, value: string) => {
      const filter = { "slot.startsAt": { [operator]: [value] } };
      return (await stage.page("appointment.list", { list: { filter }, as: provider })).data.map(
        (row) => row.id,
      );
    };
    assert.deepEqual(await of("lte", slot.startsAt), [id]);
    assert.deepEqual(await of("lt", slot.startsAt), []);
    assert.deepEqual(await of("in", slot.startsAt), [id]);
  },

  "filters: an unknown field or operator is refused and the allowed ones named": async (stage) => {
    const as = await stage.stranger();
    for (const filter of [
      { memo: { in: ["x"] } },
      { secret: { in: ["x"] } },
      // Where a question is JSON, no member of it may have this name.
      ...(["mcp", "graphql"].includes(stage.place.caller) || isProtobuf(stage.place)
        ? []
        : [{ constructor: { in: ["x"] } }]),
    ]) {
      const answer = await stage.refused("specimen.list", "invalid_parameter", { list: { filter }, as });
      assert.equal(answer.status, 400);
      assert.match(`${answer.message} ${JSON.stringify(answer.violations)}`, /label.*rank/s);
    }
    assert.ok(!Object.hasOwn(Object, "in"), "a parameter named constructor writes to nothing");
    const answer = await stage.refused("specimen.list", "invalid_parameter", {
      list: { filter: { label: { gt: ["x"] } } },
      as,
    });
    // There the operator is part of a field's name, so that this is another field.
    if (isProtobuf(stage.place)) return;
    assert.match(`${answer.message} ${JSON.stringify(answer.violations)}`, /ne/);
  },

  "filters: a value of the wrong type is refused": async (stage) => {
    const as = await stage.stranger();
    for (const filter of [
      { rank: { in: ["x"] } },
      { rank: { in: ["1.5"] } },
      { rank: { in: [""] } },
      { flag: { in: ["maybe"] } },
      { colour: { in: ["mauve"] } },
      { at: { gt: ["yesterday"] } },
      { big: { gt: ["9223372036854775808"] } },
      { rank: { isNull: ["perhaps"] } },
      { price: { gte: ["cheap"] } },
    ]) {
      await stage.refused("specimen.list", "invalid_parameter", { list: { filter }, as });
    }
  },

  "sort: each way, nulls in one place, ties broken the same way": async (stage) => {
    const { as, mine } = await rows(stage, RANKS);
    const ranksOf = async (sort: string) =>
      (await stage.page("specimen.list", { list: { filter: mine, sort, limit: 50 }, as })).data.map(
        (row) => row.rank as number | null,
      );
    const [up, down] = [await ranksOf("rank"), await ranksOf("-rank")];
    const numbers = [-7, 0, 1, 1, 2, 3, 3];
    assert.deepEqual(
      up.filter((rank) => rank !== null),
      numbers,
    );
    assert.deepEqual(
      down.filter((rank) => rank !== null),
      [...numbers].reverse(),
    );
    assert.ok(isRun(up) && isRun(down), "nulls stand together");
    assert.deepEqual(await ranksOf("rank"), up);
  },

  "sort: text by code point, the same on every database": async (stage) => {
    const as = await stage.stranger();
    const tag = stage.word();
    const labels = ["Z", "a", "É", "é", "ß", "_", "B", "aa", "A"].map((letter) => `${letter}${tag}`);
    for (const label of labels) await stage.specimen(as, { label, memo: tag });
    const list = { search: tag, sort: "label", limit: 50 };
    const { data } = await stage.page("specimen.list", { list, as });
    assert.deepEqual(
      data.map((row) => row.label),
      [...labels].sort(byCodePoint),
    );
  },

  "sort: an unknown field is refused and the allowed ones named": async (stage) => {
    const as = await stage.stranger();
    for (const sort of ["memo", "-nothing", "", "-", "label,rank", "--label", "constructor"]) {
      const answer = await stage.refused("specimen.list", "invalid_parameter", { list: { sort }, as });
      assert.match(`${answer.message} ${JSON.stringify(answer.violations)}`, /label/i);
    }
  },

  "sort: by a field of a reference": async (stage) => {
    const provider = await stage.provider();
    const starts: string[] = [];
    for (const hours of [50, 30, 40]) {
      const slot = await stage.slot(provider, hours);
      await stage.book(await stage.patient(), slot.id);
      starts.push(slot.id);
    }
    const slotsOf = async (sort: string) =>
      (await stage.page("appointment.list", { list: { sort, limit: 2 }, as: provider })).data.map(
        (row) => row.slot,
      );
    assert.deepEqual(await slotsOf("slot.startsAt"), [starts[1], starts[2]]);
    assert.deepEqual(await slotsOf("-slot.startsAt"), [starts[0], starts[2]]);
  },

  "the default order is newest first": async (stage) => {
    const { as, made, mine } = await rows(stage, [{}, {}, {}]);
    assert.deepEqual(await idsOf(stage, as, { filter: mine }), made.map((row) => row.id).reverse());
  },

  "search finds words in the declared fields, and only there": async (stage) => {
    const as = await stage.stranger();
    const word = stage.word("zebra");
    const { id } = await stage.specimen(as, { memo: `A ${word} with Stripes`, slug: stage.word() });
    await stage.specimen(as, { memo: "nothing", tags: ["other"] });
    const of = (search: string) => idsOf(stage, as, { search });
    assert.deepEqual(await of(word), [id]);
    assert.deepEqual(await of(`${word} stripes`), [id]);
    assert.deepEqual(await of(`${word} spots`), []);
    for (const odd of ["'", '"', "a & b | !", "%", "\\", ":*", "( (", "<->"]) await of(odd);
  },

  "search folds case beyond ASCII, the same on every database": async (stage) => {
    const as = await stage.stranger();
    const word = stage.word("x");
    const { id } = await stage.specimen(as, { memo: `École ${word} ŽLUŤOUČKÝ Ωμέγα` });
    for (const text of ["école", "ÉCOLE", "žluťoučký", "ωμέγα", "ΩΜΈΓΑ"]) {
      assert.deepEqual(await idsOf(stage, as, { search: `${text} ${word}` }), [id], text);
    }
  },

  "search combines with filters and row rules": async (stage) => {
    const as = await stage.stranger();
    const word = stage.word("gnu");
    await stage.specimen(as, { memo: word, colour: "red" });
    const blue = await stage.specimen(as, { memo: word, colour: "blue" });
    const list = { search: word, filter: { colour: { in: ["blue"] } } };
    assert.deepEqual(await idsOf(stage, as, list), [blue.id]);
    const provider = await stage.provider({ name: `Dr. ${word}` });
    const { data } = await stage.page("provider.list", { list: { search: word } });
    assert.deepEqual(
      data.map((row) => row.id),
      [provider.id],
    );
  },

  "search where none is declared is refused": async (stage) => {
    await stage.refused("slot.list", unknownParameter(stage), { list: { search: "x" } });
  },

  "limit: default, largest, and what is beyond": async (stage) => {
    const { as, mine } = await rows(
      stage,
      Array.from({ length: 21 }, () => ({})),
    );
    const first = await stage.page("specimen.list", { list: { filter: mine }, as });
    assert.equal(first.data.length, 20);
    assert.equal(first.page.hasMore, true);
    assert.equal(
      (await stage.page("specimen.list", { list: { filter: mine, limit: 50 }, as })).data.length,
      21,
    );
    assert.equal(
      (await stage.page("specimen.list", { list: { filter: mine, limit: 1 }, as })).data.length,
      1,
    );
    // In JSON that is null, and in protobuf null is nothing.
    const none = isProtobuf(stage.place) ? [] : [Number.NaN];
    for (const limit of [0, -1, 51, 1.5, 1e9, ...none]) {
      // The cost of a GraphQL document is looked at before it is run.
      const codes = limit === 1e9 ? ["invalid_parameter", "too_complex"] : wrongNumber(stage.place, limit);
      await stage.refused("specimen.list", codes, { list: { filter: mine, limit }, as });
    }
  },

  "an empty list is a page without cursors": {
    skip: alwaysCounted,
    run: async (stage) => {
      const as = await stage.stranger();
      const filter = { label: { in: [stage.word()] } };
      assert.deepEqual(await stage.page("specimen.list", { list: { filter }, as }), {
        data: [],
        page: { nextCursor: null, prevCursor: null, hasMore: false },
      });
    },
  },

  "totals are told where declared and asked for": {
    skip: alwaysCounted,
    run: async (stage) => {
      const { as, mine } = await rows(stage, [{}, {}, {}]);
      const asked = await stage.page("specimen.list", { list: { filter: mine, total: true, limit: 2 }, as });
      assert.equal(asked.page.total, 3);
      const silent = await stage.page("specimen.list", { list: { filter: mine, limit: 2 }, as });
      assert.ok(!("total" in silent.page));
      await stage.refused("slot.list", unknownParameter(stage), { list: { total: true } });
    },
  },

  "offset pages where declared, to the declared depth": async (stage) => {
    const { as, made, mine } = await rows(stage, [{}, {}, {}, {}]);
    const list = { filter: mine, sort: "createdAt", limit: 2 };
    assert.deepEqual(
      await idsOf(stage, as, { ...list, offset: 1 }),
      made.slice(1, 3).map((row) => row.id),
    );
    assert.deepEqual(await idsOf(stage, as, { ...list, offset: 100 }), []);
    for (const offset of [101, -1, 0.5]) {
      const codes = wrongNumber(stage.place, offset);
      await stage.refused("specimen.list", codes, { list: { ...list, offset }, as });
    }
    await stage.refused("slot.list", unknownParameter(stage), { list: { offset: 1 } });
  },

  "offset and cursor together are refused": async (stage) => {
    const { as, mine } = await rows(stage, [{}, {}]);
    const { page } = await stage.page("specimen.list", { list: { filter: mine, limit: 1 }, as });
    const list = { filter: mine, limit: 1, cursor: page.nextCursor!, offset: 1 };
    await stage.refused("specimen.list", "invalid_parameter", { list, as });
  },

  "paging forwards visits every row once, whatever the sort": async (stage) => {
    const { as, made, mine } = await rows(stage, RANKS);
    for (const sort of ["rank", "-rank", "label", "-label", "at", "-createdAt"]) {
      for (const limit of [1, 3, 10]) {
        const pages = await walk(stage, as, { filter: mine, sort, limit }, "nextCursor");
        const seen = pages.flatMap((page) => page.data.map((row) => row.id));
        assert.deepEqual([...seen].sort(), made.map((row) => row.id).sort(), `${sort} by ${limit}`);
        assert.deepEqual(
          pages.map((page) => page.page.hasMore),
          pages.map((_, at) => at < pages.length - 1),
        );
        assert.equal(pages[0]!.page.prevCursor, null);
      }
    }
  },

  "paging back from the last page visits the same rows in the same order": async (stage) => {
    const { as, mine } = await rows(stage, RANKS);
    for (const sort of ["rank", "-rank", "-createdAt"]) {
      const list = { filter: mine, sort, limit: 3 };
      const forward = await walk(stage, as, list, "nextCursor");
      const backward: string[][] = [];
      let cursor = forward.at(-1)!.page.prevCursor;
      while (cursor !== null) {
        const page: JsonPage = await stage.page("specimen.list", { list: { ...list, cursor }, as });
        backward.unshift(page.data.map((row) => row.id));
        assert.ok(page.page.nextCursor !== null, "a page behind has a next one");
        cursor = page.page.prevCursor;
      }
      assert.deepEqual(
        backward,
        forward.slice(0, -1).map((page) => page.data.map((row) => row.id)),
        sort,
      );
    }
  },

  "rows made and deleted between pages neither repeat nor hide the others": async (stage) => {
    const { as, label, made, mine } = await rows(stage, RANKS);
    const list = { filter: mine, sort: "rank", limit: 3 };
    const first = await stage.page("specimen.list", { list, as });
    const seen = first.data.map((row) => row.id as string);
    await stage.ok("specimen.create", { input: { label, rank: -100 }, as });
    await stage.okAnswer("specimen.delete", { id: seen.at(-1)!, as });
    const survivors = made.map((row) => row.id as string).filter((id) => id !== seen.at(-1));
    let cursor = first.page.nextCursor;
    while (cursor !== null) {
      const page: JsonPage = await stage.page("specimen.list", { list: { ...list, cursor }, as });
      seen.push(...page.data.map((row) => row.id as string));
      cursor = page.page.nextCursor;
    }
    assert.equal(new Set(seen).size, seen.length, "no row twice");
    assert.deepEqual(
      survivors.filter((id) => !seen.includes(id)),
      [],
      "no survivor missed",
    );
  },

  "any mix of pages, inserts, deletes and changes: every survivor once (seeded)": async (stage) => {
    const as = await stage.stranger();
    const random = seeded(20261121);
    const pick = (below: number) => Math.floor(random() * below);
    for (const sort of ["rank", "-rank", "at", "-at", "label", "-createdAt"]) {
      const memo = stage.word("mix");
      const values = () => ({
        memo,
        label: `l${pick(4)}`,
        rank: pick(3) === 0 ? null : pick(5),
        ...(pick(3) === 0 ? {} : { at: `2026-01-01T00:00:00.00000${pick(5)}Z` }),
      });
      const survivors = new Set<string>();
      for (let at = 0; at < 25; at++)
        survivors.add((await stage.ok("specimen.create", { input: values(), as })).id);
      const list = { search: memo, sort, limit: 1 + pick(6) };
      const seen: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page: JsonPage = await stage.page("specimen.list", {
          list: { ...list, ...(cursor ? { cursor } : {}) },
          as,
        });
        seen.push(...page.data.map((row) => row.id as string));
        cursor = page.page.nextCursor;
        if (pick(2) === 0) await stage.ok("specimen.create", { input: values(), as });
        if (pick(2) === 0) {
          const victim = [...survivors][pick(survivors.size)]!;
          survivors.delete(victim);
          await stage.okAnswer("specimen.delete", { id: victim, as });
        }
      } while (cursor);
      assert.equal(new Set(seen).size, seen.length, `${sort}: no row twice`);
      assert.deepEqual(
        [...survivors].filter((id) => !seen.includes(id)),
        [],
        `${sort}: no survivor missed`,
      );
    }
  },

  "a sort value changed between pages never shows the row twice on the same side": async (stage) => {
    const { as, made, mine } = await rows(stage, [{ rank: 1 }, { rank: 2 }, { rank: 3 }, { rank: 4 }]);
    const list = { filter: mine, sort: "rank", limit: 2 };
    const first = await stage.page("specimen.list", { list, as });
    await stage.ok("specimen.patch", { id: made[3]!.id, input: { rank: 0 }, as });
    const second = await stage.page("specimen.list", {
      list: { ...list, cursor: first.page.nextCursor! },
      as,
    });
    assert.deepEqual(
      second.data.map((row) => row.id),
      [made[2]!.id],
    );
  },

  "a cursor is opaque and bound to its question": async (stage) => {
    const { as, mine, label } = await rows(stage, RANKS);
    const list = { filter: mine, sort: "rank", limit: 2 };
    const cursor = (await stage.page("specimen.list", { list, as })).page.nextCursor!;
    assert.ok(!cursor.includes(label) && /^[\w.~-]+$/.test(cursor), "fits a URL and shows no value");
    const foreign: ListQuestion[] = [
      { ...list, sort: "-rank" },
      { ...list, sort: "label" },
      { ...list, filter: { ...mine, flag: { in: ["true"] } } },
      { ...list, filter: { label: { in: ["other"] } } },
      { sort: "rank", limit: 2 },
      { ...list, search: "x" },
    ];
    for (const other of foreign) {
      const answer = await stage.refused("specimen.list", "invalid_cursor", {
        list: { ...other, cursor },
        as,
      });
      assert.equal(answer.status, 400);
    }
    assert.equal(
      (await stage.page("specimen.list", { list: { ...list, limit: 5, cursor }, as })).data.length,
      5,
    );
  },

  "a tampered, truncated, foreign or empty cursor is refused": async (stage) => {
    const { as, mine } = await rows(stage, RANKS);
    const list = { filter: mine, sort: "rank", limit: 2 };
    const cursor = (await stage.page("specimen.list", { list, as })).page.nextCursor!;
    const middle = Math.floor(cursor.length / 2);
    const swapped = cursor[middle] === "A" ? "B" : "A";
    const wrong = [
      `${cursor.slice(0, middle)}${swapped}${cursor.slice(middle + 1)}`,
      cursor.slice(0, -1),
      `${cursor}A`,
      "x",
      "null",
      "eyJ2IjoxfQ",
      "💥",
    ];
    for (const bad of wrong) {
      await stage.refused("specimen.list", "invalid_cursor", { list: { ...list, cursor: bad }, as });
    }
    const theirs = (await stage.page("slot.list", { list: { limit: 1, sort: "createdAt" } })).page.nextCursor;
    if (theirs)
      await stage.refused("specimen.list", "invalid_cursor", { list: { ...list, cursor: theirs }, as });
  },

  "a cursor does not carry one caller's rights to another": async (stage) => {
    const provider = await stage.provider();
    for (const hours of [10, 20, 30]) {
      const slot = await stage.slot(provider, hours);
      await stage.book(await stage.patient(), slot.id);
    }
    const list = { limit: 1 };
    const { page } = await stage.page("appointment.list", { list, as: provider });
    const other = await stage.patient();
    const answer = await stage.call("appointment.list", {
      list: { ...list, cursor: page.nextCursor! },
      as: other,
    });
    if (answer.ok) assert.deepEqual((answer.value as Json).data, []);
    else assert.equal(answer.code, "invalid_cursor");
  },
});

/** Mulberry32: the same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function isRun(ranks: readonly (number | null)[]): boolean {
  const nulls = ranks.flatMap((rank, at) => (rank === null ? [at] : []));
  return nulls.every((at, index) => index === 0 || at === nulls[index - 1]! + 1);
}

/** In protobuf a parameter that a list does not take is a field that its message does not have. */
function unknownParameter({ place, notThere }: Stage): string | readonly string[] {
  return isProtobuf(place) ? "invalid_input" : notThere;
}

/** What is no whole number is no value of protobuf's field at all. */
function wrongNumber(place: Place, value: number): string {
  return isProtobuf(place) && !Number.isInteger(value) ? "malformed_request" : "invalid_parameter";
}
