import { anyone, api, resource, service, t } from "concordat";

export const Country = resource(
  "country",
  { id: t.id("cny"), code: t.string(), name: t.string() },
  { access: { read: [anyone], write: [] } },
);

export const City = resource(
  "city",
  { id: t.id("cty"), name: t.string(), population: t.int32(), country: t.ref(() => Country) },
  {
    access: { read: [anyone], write: [] },
    list: { filter: ["country"], sort: ["population"], defaultSort: "-population" },
  },
);

export const atlas = api("atlas", { versions: { v1: "2026-11-01" }, resources: [Country, City] });

export default service(atlas, []);

/** What is asked of every server. */
export const QUERY = `{
  cities(first: 20) { nodes { id name population country { id code name } } }
}`;

/** SDL of the servers that are not Concordat's. */
export const SDL = `
  type Query { cities(first: Int): CityConnection! }
  type CityConnection { nodes: [City!]! }
  type City { id: ID! name: String! population: Int! country: Country! }
  type Country { id: ID! code: String! name: String! }
`;

export interface CountryRow {
  readonly id: string;
  readonly code: string;
  readonly name: string;
}

export interface CityRow {
  readonly id: string;
  readonly name: string;
  readonly population: number;
  /** Id of its country. */
  readonly country: string;
}

const COUNTRIES = 50;
const CITIES = 2000;

/** 26 digits, in order. */
function id(prefix: string, number: number): string {
  return `${prefix}_${String(number).padStart(26, "0")}`;
}

export const countries: readonly CountryRow[] = Array.from({ length: COUNTRIES }, (_, at) => ({
  id: id("cny", at),
  code: `C${at}`,
  name: `Country of ${at} rivers`,
}));

/** Largest first, as the list has them. */
export const cities: readonly CityRow[] = Array.from({ length: CITIES }, (_, at) => ({
  id: id("cty", CITIES - at),
  name: `City ${at}`,
  population: (CITIES - at) * 1000,
  country: id("cny", (at * 7) % COUNTRIES),
}));

export const countriesById: ReadonlyMap<string, CountryRow> = new Map(countries.map((row) => [row.id, row]));
