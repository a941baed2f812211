/** Writes `resources` resources with six operations each as a user of Concordat would: contract, handlers, client calls. */
export function concordatProject(resources: number, perFile: number): Record<string, string> {
  const parts = Array.from({ length: Math.ceil(resources / perFile) }, (_, index) => index * perFile);
  const numbersOf = (from: number) =>
    Array.from({ length: Math.min(perFile, resources - from) }, (_, index) => from + index);
  const all = parts.flatMap(numbersOf);
  const namesOf = (n: number) => [`Thing${n}`, `full${n}`, `opened${n}`, ...operationsOf(n)];
  const files: Record<string, string> = {
    "api.ts": `import { api } from "concordat";
${parts
  .map(
    (from) =>
      `import { ${numbersOf(from)
        .flatMap((n) => [`Thing${n}`, `opened${n}`, ...operationsOf(n)])
        .join(", ")} } from "./contract-${from}.ts";`,
  )
  .join("\n")}
export const things = api("things", {
  versions: { v1: "2026-11-01" },
  resources: [${all.map((n) => `Thing${n}`).join(", ")}],
  operations: [${all.flatMap(operationsOf).join(", ")}],
  events: [${all.map((n) => `opened${n}`).join(", ")}],
});
`,
    "client.ts": `import { createClient } from "concordat/client";
import { things } from "./api.ts";
export const client = createClient(things, { url: "http://localhost" });
`,
    "service.ts": `import { service } from "concordat";
import { things } from "./api.ts";
${parts.map((from) => `import { handlers as handlers${from} } from "./handlers-${from}.ts";`).join("\n")}
export default service(things, [${parts.map((from) => `...handlers${from}`).join(", ")}]);
`,
  };
  for (const from of parts) {
    const numbers = numbersOf(from);
    const last = from + numbers.length - 1;
    files[`contract-${from}.ts`] = `import { error, event, query, resource, t } from "concordat";
${numbers.map((n) => contractOf(n, n === last ? from : n + 1)).join("")}`;
    files[`handlers-${from}.ts`] = `import { type Handler, handle } from "concordat";
import { ${numbers.flatMap(namesOf).join(", ")} } from "./contract-${from}.ts";
export const handlers: readonly Handler[] = [${numbers.map(handlersOf).join("")}
];
`;
    files[`calls-${from}.ts`] = `import { client } from "./client.ts";
${numbers.map(callsOf).join("")}`;
  }
  return files;
}

function operationsOf(n: number): string[] {
  return ["list", "get", "create", "patch", "open", "summary"].map((name) => `${name}${n}`);
}

function contractOf(n: number, next: number): string {
  return `
export const Thing${n} = resource("thing${n}", {
  id: t.id("th${n}"),
  name: t.string({ minLength: 1, maxLength: 120 }),
  size: t.int32().default(5),
  total: t.int64({ minimum: 0n }),
  price: t.money({ currency: "EUR" }),
  state: t.enum(["draft", "open", "closed"]).default("draft").readOnly(),
  next: t.ref(() => Thing${next}).optional(),
  notes: t.text({ sensitive: true }).optional(),
  place: t.object({ city: t.string(), lines: t.list(t.string()) }),
  at: t.timestamp(),
}, { list: { filter: ["state", "at"], sort: ["name", "at"] } });
export const full${n} = error("full_${n}", { status: 409, data: t.object({ size: t.int32() }) });
export const opened${n} = event("thing${n}.opened", Thing${n});
export const list${n} = Thing${n}.list();
export const get${n} = Thing${n}.get();
export const create${n} = Thing${n}.create({ idempotency: "required", errors: [full${n}] });
export const patch${n} = Thing${n}.patch();
export const open${n} = Thing${n}.action("open", {
  input: t.object({ note: t.string(), count: t.int32() }),
  when: { state: ["draft"] },
});
export const summary${n} = query("summary${n}", {
  input: t.object({ since: t.date(), state: t.enum(["draft", "open", "closed"]).optional() }),
  output: t.object({ count: t.int64(), total: t.money({ currency: "EUR" }), cities: t.list(t.string()) }),
});
`;
}

function handlersOf(n: number): string {
  return `
  handle(list${n}, ({ input, db }) => db.list(Thing${n}, input)),
  handle(get${n}, ({ id, db }) => db.get(Thing${n}, id)),
  handle(create${n}, async ({ input, db, emit }) => {
    if (input.size > 100) throw full${n}({ size: input.size });
    const thing = await db.insert(Thing${n}, { ...input, state: "draft" });
    emit(opened${n}, thing);
    return thing;
  }),
  handle(patch${n}, ({ id, input, db }) => db.update(Thing${n}, id, input)),
  handle(open${n}, ({ current, input, db }) =>
    db.update(Thing${n}, current.id, { state: "open", notes: input.note, size: current.size + input.count })),
  handle(summary${n}, async ({ input, db }) => {
    const { data } = await db.list(Thing${n}, { limit: input.since.length });
    return { count: BigInt(data.length), total: data[0]?.price ?? "0.00", cities: data.map(({ place }) => place.city) };
  }),`;
}

function callsOf(n: number): string {
  return `
export async function use${n}(): Promise<string[]> {
  const made = await client.thing${n}.create({
    name: "a", total: 1n, price: "1.00", at: "2026-11-01T09:00:00Z", place: { city: "Bonn", lines: ["x"] },
  });
  const got = await client.thing${n}.get(made.id);
  const patched = await client.thing${n}.patch(got.id, { size: got.size + 1 });
  const opened = await client.thing${n}.open(patched.id, { note: "n", count: 2 });
  const page = await client.thing${n}.list({ limit: 10 }).page();
  const summary = await client.summary${n}({ since: "2026-11-01", state: "open" });
  return [opened.state, ...page.data.map(({ name }) => name), ...summary.cities];
}
`;
}
