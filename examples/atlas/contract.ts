import { anyone, api, resource, t } from "concordat";

export const Country = resource(
  "country",
  {
    id: t.id("cny"),
    code: t.string({ pattern: "^[A-Z]{2}$", unique: true, description: "ISO 3166-1 alpha-2." }),
    code3: t.string({ pattern: "^[A-Z]{3}$", unique: true, description: "ISO 3166-1 alpha-3." }),
    name: t.string({ maxLength: 200 }),
    officialName: t.string({ maxLength: 200 }),
    nativeNames: t.map(t.string({ maxLength: 200 }), { description: "By ISO 639-3 language." }),
    capitals: t.list(t.string({ maxLength: 200 }), { description: "None, one, or several." }),
    region: t.string({ maxLength: 50 }),
    subregion: t.string({ maxLength: 50, description: "Empty where the source has none." }),
    independent: t.bool({ description: "Null where it is disputed." }).nullable(),
    landlocked: t.bool(),
    area: t.float64({ description: "Square kilometres; -1 where the source does not know." }),
    latitude: t.float64({ minimum: -90, maximum: 90 }),
    longitude: t.float64({ minimum: -180, maximum: 180 }),
    languages: t.map(t.string({ maxLength: 100 })),
    borders: t.list(t.string({ maxLength: 3 })),
    flag: t.string({ maxLength: 20, description: "As an emoji." }),
  },
  {
    description: "A country or territory with an ISO 3166-1 code.",
    access: { read: [anyone] },
    list: {
      filter: ["code", "region"],
      search: ["name"],
      sort: ["name", "area"],
      defaultSort: "name",
      maxLimit: 250,
      total: "exact",
    },
  },
);

export const City = resource(
  "city",
  {
    id: t.id("cty"),
    name: t.string({ maxLength: 200 }),
    country: t.ref(() => Country),
    otherCountry: t
      .string({ maxLength: 2, description: "Second country code, where one was given." })
      .optional(),
    population: t.int32({ minimum: 0, description: "0 where the source has none." }),
    latitude: t.float64({ minimum: -90, maximum: 90 }),
    longitude: t.float64({ minimum: -180, maximum: 180 }),
    featureCode: t.string({
      maxLength: 10,
      description: "GeoNames feature code, such as PPLC for a capital.",
    }),
    adminCode: t.string({ maxLength: 20, description: "First-level division; empty where there is none." }),
    district: t.string({ maxLength: 20 }).optional(),
    subdistrict: t.string({ maxLength: 20 }).optional(),
  },
  {
    description: "A populated place; names are not unique, and a few places are in the data twice.",
    access: { read: [anyone] },
    list: {
      filter: ["country", "country.code", "population", "name"],
      search: ["name"],
      sort: ["name", "population"],
      defaultSort: "-population",
      total: "estimated",
      maxOffset: 10_000,
    },
  },
);

export const atlas = api("atlas", {
  title: "Atlas",
  description: "250 countries and 138,398 cities.",
  versions: { v1: "2026-11-01" },
  resources: [Country, City],
});
