import fc from "fast-check";
import "./seed.ts";
import type { AnyField, Field } from "../../src/contract/schema/index.ts";
import {
  type AccessSpec,
  type Api,
  anyone,
  api,
  command,
  error,
  event,
  type Operation,
  owner,
  query,
  type Resource,
  resource,
  role,
  self,
  signedIn,
  t,
} from "../../src/index.ts";

type AnyFields = Record<string, AnyField>;
type Made = Resource<
  string,
  AnyFields & {
    createdAt: Field<string, "readOnly" | "default">;
    updatedAt: Field<string, "readOnly" | "default">;
  }
>;

const NOUNS = ["account", "badge", "category", "device", "entry", "folder", "guest", "house"] as const;
const NAMES = [
  "alpha",
  "beta",
  "gammaRay",
  "delta",
  "epsilon9",
  "zeta",
  "etaTheta",
  "iota",
  "kappa",
  "lambdaMu",
];
const WORDS = ["one", "two_three", "four", "five6", "seven"];

/** Kinds whose fields may be filtered and sorted by. */
const INDEXABLE = [
  "string",
  "bool",
  "int32",
  "int64",
  "float64",
  "decimal",
  "money",
  "timestamp",
  "date",
  "duration",
  "enum",
];

const leaves: fc.Arbitrary<AnyField> = fc.oneof(
  fc.integer({ min: 1, max: 255 }).map((maxLength): AnyField => t.string({ maxLength })),
  fc.constantFrom<AnyField>(
    t.string({ format: "email" }),
    t.string({ pattern: "^[a-z]+$", maxLength: 20 }),
    t.text(),
    t.text({ maxLength: 10 }),
    t.bool(),
    t.int32(),
    t.int32({ minimum: -5, maximum: 5 }),
    t.int64(),
    t.int64({ minimum: -(2n ** 60n) }),
    t.float64(),
    t.float64({ minimum: 0 }),
    t.money({ currency: "EUR" }),
    t.money({ currency: "JPY", minimum: "0" }),
    t.timestamp(),
    t.date(),
    t.duration(),
    t.bytes({ maxBytes: 64 }),
    t.json({ maxBytes: 500 }),
  ),
  fc
    .record({ whole: fc.integer({ min: 0, max: 20 }), scale: fc.integer({ min: 1, max: 10 }) })
    .map(({ whole, scale }): AnyField => t.decimal({ precision: whole + scale, scale })),
  enums(),
);

function enums(): fc.Arbitrary<AnyField> {
  return fc
    .uniqueArray(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 })
    .map(([first = "one", ...rest]): AnyField => t.enum([first, ...rest]));
}

/** A field of any type but id and ref, without traits of its own; what nests does so up to three levels. */
export const anyType: fc.Arbitrary<AnyField> = fc.letrec<{ type: AnyField }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 6, arbitrary: leaves },
    { weight: 1, arbitrary: tie("type").map((items): AnyField => t.list(items, { maxItems: 5 })) },
    { weight: 1, arbitrary: tie("type").map((values): AnyField => t.map(values, { maxEntries: 5 })) },
    { weight: 1, arbitrary: objects(tie("type")) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(objects(tie("type")), objects(tie("type")))
        .map(([a, b]): AnyField => t.union("shape", { first: a, second_one: b })),
    },
  ),
})).type;

function objects(type: fc.Arbitrary<AnyField>) {
  const inner = fc.tuple(type, fc.boolean(), fc.boolean()).map(([field, optional, nullable]) => {
    const made = toField(field);
    const maybe = nullable ? made.nullable() : made;
    return optional ? maybe.optional() : maybe;
  });
  return fc
    .dictionary(fc.constantFrom(...NAMES), inner, { maxKeys: 4, noNullPrototype: true })
    .map((fields) => t.object(fields));
}

/** Every field that `t` makes is a Field; only its phantom types are lost here. */
function toField(field: AnyField): Field<unknown> {
  return field as Field<unknown>;
}

interface FieldPlan {
  readonly name: string;
  readonly type: AnyField;
  readonly trait: string;
}

const fieldPlans: fc.Arbitrary<FieldPlan[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom(...NAMES),
    type: anyType,
    trait: fc.constantFrom(
      "",
      "",
      "optional",
      "nullable",
      "readOnly",
      "immutable",
      "sensitive",
      "unique",
      "visibleTo",
      "writeOnly",
      "deprecated",
    ),
  }),
  { maxLength: 7, selector: ({ name }) => name },
);

interface ResourcePlan {
  readonly noun: (typeof NOUNS)[number];
  readonly fields: readonly FieldPlan[];
  /** Indexes of resources to refer to. */
  readonly refs: readonly number[];
  readonly owned: boolean;
  readonly access: number;
  readonly listed: number;
  readonly acts: boolean;
}

/** The access of resources that are everybody's. */
const OPEN = 4;

const resourcePlans: fc.Arbitrary<ResourcePlan[]> = fc.uniqueArray(
  fc.record({
    noun: fc.constantFrom(...NOUNS),
    fields: fieldPlans,
    refs: fc.array(fc.nat(7), { maxLength: 3 }),
    owned: fc.boolean(),
    access: fc.nat(3),
    listed: fc.nat(3),
    acts: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5, selector: ({ noun }) => noun },
);

/**
 * Contracts that compile and whose standard operations work without handlers: resources with fields of every type and
 * trait, refs among them (required ones only to earlier resources), owners, lists, actions, events. Two free operations,
 * `sendAll` and `askOnce`, need handlers.
 */
export const validContracts: fc.Arbitrary<Api> = contractsOf(resourcePlans);

/** Right contracts whose rows anyone may read and write: what a call answers depends on its values alone. */
export const openContracts: fc.Arbitrary<Api> = contractsOf(
  resourcePlans.map((plans) => plans.slice(0, 3).map((plan) => ({ ...plan, access: OPEN, owned: false }))),
);

function contractsOf(resources: fc.Arbitrary<ResourcePlan[]>): fc.Arbitrary<Api> {
  const parts = { resources, input: anyType, output: anyType, days: fc.integer({ min: 1, max: 9 }) };
  return fc.record(parts).map(({ resources: plans, input, output, days }) => {
    const resources = plans.map((plan, index) => makeResource(plan, index, plans));
    const failed = error("it_failed", { status: 409, data: t.object({ value: output }) });
    return api("generated", {
      versions: { v1: "2026-10-31", v2: `2026-11-0${days}` },
      resources,
      operations: [
        ...plans.flatMap((plan, index) => actionsOf(plan, resources[index]!)),
        command("sendAll", { input: t.object({ value: input }), output, errors: [failed], access: [anyone] }),
        query("askOnce", { input: t.object({ value: input }), output: t.object({ value: output }) }),
      ],
      events: resources.slice(0, 1).map((made) => event(`${made.name}.changed`, made)),
    });
  });
}

function makeResource(plan: ResourcePlan, index: number, plans: readonly ResourcePlan[]): Made {
  const fields: AnyFields = { id: t.id(plan.noun.slice(0, 3)) };
  for (const field of plan.fields) fields[field.name] = withTrait(field);
  const refs = plan.refs.map((number) => number % plans.length);
  for (const [at, target] of refs.entries()) {
    const ref = t.ref(plans[target]!.noun);
    fields[`ref${at}`] = target < index ? ref : ref.optional();
  }
  const askable = plan.fields.filter(isAskable).map(({ name }) => name);
  const searchable = plan.fields.filter((field) => isSearchable(field)).map(({ name }) => name);
  const ownerField = refs.length > 0 ? "ref0" : "id";
  return resource(plan.noun, fields, {
    ...(plan.owned ? { owner: ownerField } : {}),
    ...accessOf(plan, ownerField),
    list: {
      filter: plan.listed & 1 ? [...askable, ...refs.map((_, at) => `ref${at}`)] : [],
      sort: plan.listed & 2 ? askable : [],
      search: searchable,
      total: "exact",
      maxOffset: 100,
    },
  });
}

function accessOf(
  { access, owned }: ResourcePlan,
  ownerField: string,
): { access?: Record<string, AccessSpec[]> } {
  if (access === OPEN) return { access: { read: [anyone], write: [anyone], delete: [anyone] } };
  if (access === 0) return {};
  if (access === 1) return { access: { read: [anyone], write: [role("clerk")] } };
  if (access === 2) return { access: { read: [signedIn], write: [signedIn] } };
  return {
    access: { read: [owned ? owner : self(ownerField), role("clerk")], write: [], create: [role("clerk")] },
  };
}

function withTrait({ type, trait }: FieldPlan): AnyField {
  const field = toField(type);
  switch (trait) {
    case "optional":
      return field.optional();
    case "nullable":
      return field.nullable();
    case "readOnly":
      return field.optional().readOnly();
    case "immutable":
      return field.immutable();
    case "sensitive":
      return field.sensitive();
    case "unique":
      return ["string", "int64", "timestamp"].includes(type.spec.type.kind) ? field.unique() : field;
    case "visibleTo":
      return field.optional().visibleTo("clerk");
    case "writeOnly":
      return field.writeOnly();
    case "deprecated":
      return field.deprecated("Use another.").since("v2");
    default:
      return field;
  }
}

function isHidden({ trait }: FieldPlan): boolean {
  return trait === "sensitive" || trait === "visibleTo" || trait === "writeOnly";
}

function isAskable(plan: FieldPlan): boolean {
  return INDEXABLE.includes(plan.type.spec.type.kind) && !isHidden(plan);
}

function isSearchable(plan: FieldPlan): boolean {
  return ["string", "text"].includes(plan.type.spec.type.kind) && !isHidden(plan);
}

function actionsOf(plan: ResourcePlan, made: Made): Operation[] {
  if (!plan.acts) return [];
  const states = plan.fields.find(
    ({ type, trait }) => type.spec.type.kind === "enum" && trait !== "writeOnly",
  );
  const type = states?.type.spec.type;
  if (states === undefined || type?.kind !== "enum") return [made.action("touchUp", { set: {} })];
  return [
    made.action("turnOver", {
      when: { [states.name]: [type.values[0]] },
      set: { [states.name]: type.values.at(-1) },
    }),
  ];
}

/** What plain JavaScript may put where the language expects something else. */
const garbage: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withTypedArray: true,
  }),
  fc.constantFrom<unknown>(
    "",
    "id",
    "__proto__",
    "constructor",
    "createdAt",
    "Not A Name",
    -1,
    Number.NaN,
    null,
    undefined,
    [],
    {},
  ),
  fc.constantFrom<unknown>(
    () => undefined,
    () => {
      throw new ReferenceError("used before it was made");
    },
    Symbol("odd"),
    t.string(),
    t.id("acc"),
    t.ref("nobody"),
    anyone,
    owner,
  ),
);

/** Contracts with up to three places overwritten by anything: most are wrong, some still compile. */
export const damagedContracts: fc.Arbitrary<Api> = fc
  .record({
    contract: validContracts,
    damages: fc.array(fc.record({ place: fc.nat(), value: garbage }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ contract, damages }) => {
    const copy = toMutable(contract) as Api;
    for (const { place, value } of damages) damage(copy, place, value);
    return copy;
  });

function toMutable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toMutable);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toMutable(inner)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
}

/** Overwrites one place of all there are; `number` chooses it. */
function damage(root: unknown, number: number, value: unknown): void {
  const places: [container: Record<string, unknown>, key: string][] = [];
  const gather = (container: unknown): void => {
    if (!isRecord(container)) return;
    for (const key of Object.keys(container)) {
      places.push([container, key]);
      gather(container[key]);
    }
  };
  gather(root);
  const [container, key] = places[number % places.length] ?? [];
  if (container && key !== undefined) container[key] = toMutable(value);
}
