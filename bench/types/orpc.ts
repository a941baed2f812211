/** Writes the same contract, handlers and calls with oRPC and Zod, contract first, as oRPC's own guide does. */
export function orpcProject(resources: number, perFile: number): Record<string, string> {
  const files: Record<string, string> = {
    "database.ts": `export declare const db: {
  list<T>(table: string, question: object): Promise<{ data: T[]; page: { nextCursor: string | null; hasMore: boolean } }>;
  get<T>(table: string, id: string): Promise<T>;
  insert<T>(table: string, values: Partial<T>): Promise<T>;
  update<T>(table: string, id: string, values: { [K in keyof T]?: T[K] | undefined }): Promise<T>;
};
export declare function emit<T>(name: string, payload: T): void;
`,
  };
  const parts = Array.from({ length: Math.ceil(resources / perFile) }, (_, index) => index * perFile);
  const numbersOf = (from: number) =>
    Array.from({ length: Math.min(perFile, resources - from) }, (_, index) => from + index);
  files["contract.ts"] =
    `${parts.map((from) => `import { part as part${from} } from "./contract-${from}.ts";`).join("\n")}
export const contract = {${parts.map((from) => `\n  ...part${from},`).join("")}
};
`;
  files["router.ts"] = `import { implement } from "@orpc/server";
import { contract } from "./contract.ts";
${parts.map((from) => `import { handlers as handlers${from} } from "./handlers-${from}.ts";`).join("\n")}
export const router = implement(contract).router({${parts.map((from) => `\n  ...handlers${from},`).join("")}
});
`;
  files["client.ts"] = `import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import type { ContractRouterClient } from "@orpc/contract";
import type { contract } from "./contract.ts";
export const client: ContractRouterClient<typeof contract> = createORPCClient(new RPCLink({ url: "http://localhost" }));
`;
  for (const from of parts) {
    const numbers = numbersOf(from);
    files[`contract-${from}.ts`] = `import { oc } from "@orpc/contract";
import * as z from "zod";
${numbers.map(contractOf).join("")}
export const part = {${numbers.map((n) => `\n  thing${n}: contract${n},`).join("")}
};
`;
    files[`handlers-${from}.ts`] = `import { implement } from "@orpc/server";
import { part, ${numbers.map((n) => `type Thing${n}`).join(", ")} } from "./contract-${from}.ts";
import { db, emit } from "./database.ts";
const os = implement(part);
export const handlers = {${numbers.map(handlersOf).join("")}
};
`;
    files[`calls-${from}.ts`] = `import { client } from "./client.ts";
${numbers.map(callsOf).join("")}`;
  }
  return files;
}

function contractOf(n: number): string {
  return `
export const thing${n} = z.object({
  id: z.string(),
  name: z.string().min(1).max(120),
  size: z.int32().default(5),
  total: z.bigint().min(0n),
  price: z.string().regex(/^\\d+\\.\\d\\d$/),
  state: z.enum(["draft", "open", "closed"]).default("draft").readonly(),
  next: z.string().optional(),
  notes: z.string().optional(),
  place: z.object({ city: z.string(), lines: z.array(z.string()) }),
  at: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Thing${n} = z.infer<typeof thing${n}>;
const input${n} = thing${n}.omit({ id: true, state: true, createdAt: true, updatedAt: true });
export const contract${n} = {
  list: oc.route({ method: "GET", path: "/things${n}" })
    .input(z.object({ limit: z.int().max(100).optional(), cursor: z.string().optional() }))
    .output(z.object({ data: z.array(thing${n}), page: z.object({ nextCursor: z.string().nullable(), hasMore: z.boolean() }) })),
  get: oc.route({ method: "GET", path: "/things${n}/{id}" }).input(z.object({ id: z.string() })).output(thing${n}),
  create: oc.route({ method: "POST", path: "/things${n}" })
    .errors({ FULL: { status: 409, data: z.object({ size: z.int32() }) } })
    .input(input${n}).output(thing${n}),
  patch: oc.route({ method: "PATCH", path: "/things${n}/{id}" })
    .input(z.object({ id: z.string(), input: input${n}.partial() })).output(thing${n}),
  open: oc.route({ method: "POST", path: "/things${n}/{id}/open" })
    .input(z.object({ id: z.string(), input: z.object({ note: z.string(), count: z.int32() }) })).output(thing${n}),
  summary: oc.route({ method: "GET", path: "/summary${n}" })
    .input(z.object({ since: z.iso.date(), state: z.enum(["draft", "open", "closed"]).optional() }))
    .output(z.object({ count: z.bigint(), total: z.string(), cities: z.array(z.string()) })),
};
`;
}

function handlersOf(n: number): string {
  return `
  thing${n}: {
    list: os.thing${n}.list.handler(({ input }) => db.list<Thing${n}>("things", input)),
    get: os.thing${n}.get.handler(({ input }) => db.get<Thing${n}>("things", input.id)),
    create: os.thing${n}.create.handler(async ({ input, errors }) => {
      if (input.size > 100) throw errors.FULL({ data: { size: input.size } });
      const thing = await db.insert<Thing${n}>("things", { ...input, state: "draft" });
      emit("thing.opened", thing);
      return thing;
    }),
    patch: os.thing${n}.patch.handler(({ input }) => db.update<Thing${n}>("things", input.id, input.input)),
    open: os.thing${n}.open.handler(async ({ input: { id, input } }) => {
      const current = await db.get<Thing${n}>("things", id);
      return db.update<Thing${n}>("things", id, { state: "open", notes: input.note, size: current.size + input.count });
    }),
    summary: os.thing${n}.summary.handler(async ({ input }) => {
      const { data } = await db.list<Thing${n}>("things", { limit: input.since.length });
      return { count: BigInt(data.length), total: data[0]?.price ?? "0.00", cities: data.map(({ place }) => place.city) };
    }),
  },`;
}

function callsOf(n: number): string {
  return `
export async function use${n}(): Promise<string[]> {
  const made = await client.thing${n}.create({
    name: "a", total: 1n, price: "1.00", at: "2026-11-01T09:00:00Z", place: { city: "Bonn", lines: ["x"] },
  });
  const got = await client.thing${n}.get({ id: made.id });
  const patched = await client.thing${n}.patch({ id: got.id, input: { size: got.size + 1 } });
  const opened = await client.thing${n}.open({ id: patched.id, input: { note: "n", count: 2 } });
  const page = await client.thing${n}.list({ limit: 10 });
  const summary = await client.thing${n}.summary({ since: "2026-11-01", state: "open" });
  return [opened.state, ...page.data.map(({ name }) => name), ...summary.cities];
}
`;
}
