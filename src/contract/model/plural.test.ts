import assert from "node:assert/strict";
import { it } from "node:test";
import { pluralOf } from "./plural.ts";

const PLURALS = {
  address: "addresses",
  analysis: "analyses",
  appointment: "appointments",
  box: "boxes",
  branch: "branches",
  category: "categories",
  child: "children",
  city: "cities",
  day: "days",
  dish: "dishes",
  hero: "heroes",
  index: "indexes",
  key: "keys",
  leaf: "leaves",
  orderItem: "orderItems",
  person: "people",
  photo: "photos",
  quiz: "quizzes",
  salesPerson: "salesPeople",
  status: "statuses",
  taxCategory: "taxCategories",
};

it("pluralises the last word as English does", () => {
  for (const [singular, plural] of Object.entries(PLURALS)) assert.equal(pluralOf(singular), plural);
});
