import {
  ApiError,
  type Authenticate,
  anyone,
  command,
  error,
  handle,
  owner,
  query,
  resource,
  role,
  signedIn,
  t,
} from "concordat";

/** A resource with a field of each type and each trait. */
export const Specimen = resource(
  "specimen",
  {
    id: t.id("spc"),
    label: t.string({ minLength: 1, maxLength: 20 }),
    slug: t.string({ pattern: "^[a-z0-9-]+$", maxLength: 40, unique: true }).optional(),
    email: t.string({ format: "email" }).optional(),
    memo: t.text({ maxLength: 200 }).optional(),
    flag: t.bool().default(false),
    small: t.int32({ minimum: -5, maximum: 100 }).optional(),
    whole: t.int32().optional(),
    big: t.int64().optional(),
    ratio: t.float64().optional(),
    amount: t.decimal({ precision: 12, scale: 3 }).optional(),
    price: t.money({ currency: "EUR", minimum: "0.00" }).optional(),
    at: t.timestamp().optional(),
    day: t.date().optional(),
    span: t.duration().optional(),
    blob: t.bytes({ maxBytes: 16 }).optional(),
    colour: t.enum(["red", "green", "blue"]).optional(),
    tags: t.list(t.string({ maxLength: 10 }), { minItems: 1, maxItems: 3 }).optional(),
    scores: t.map(t.int32(), { maxEntries: 3 }).optional(),
    place: t
      .object({ city: t.string({ maxLength: 10 }), zip: t.string({ maxLength: 5 }).optional() })
      .optional(),
    shape: t
      .union("kind", {
        circle: t.object({ radius: t.float64({ minimum: 0 }) }),
        box: t.object({ width: t.int32(), height: t.int32() }),
      })
      .optional(),
    extra: t.json({ maxBytes: 400 }).optional(),
    rank: t.int32().nullable().default(null),
    secret: t.string({ maxLength: 40 }).writeOnly().optional(),
    serial: t.string({ maxLength: 40 }).immutable().optional(),
    score: t.int32().default(0).readOnly(),
  },
  {
    access: { read: [signedIn], write: [signedIn] },
    list: {
      filter: ["label", "rank", "flag", "colour", "at", "big", "price"],
      sort: ["label", "rank", "at"],
      search: ["label", "memo"],
      limit: 20,
      maxLimit: 50,
      total: "exact",
      maxOffset: 100,
    },
  },
);

/** A resource that hides its rows from others, with a field that only its owner sees. */
export const Note = resource(
  "note",
  {
    id: t.id("nte"),
    author: t.string({ maxLength: 100 }).readOnly(),
    specimen: t.ref(() => Specimen).optional(),
    about: t.ref(() => Note).optional(),
    body: t.string({ maxLength: 100 }),
    diary: t.string({ maxLength: 100, visibleTo: "owner" }).optional(),
    state: t.enum(["draft", "published"]).default("draft").readOnly(),
    grade: t.int32({ visibleTo: "auditor" }).optional(),
  },
  {
    owner: "author",
    whenDenied: "not-found",
    access: {
      read: [owner, role("auditor")],
      write: [owner],
      create: [signedIn],
      patch: [owner, role("auditor")],
    },
    list: { filter: ["specimen", "state"] },
  },
);

export const closed = error("laboratory_closed", { status: 409, data: t.object({ until: t.timestamp() }) });

/** What {@link echo} takes and gives back: every type in a place where nothing is stored. */
const Everything = t.object({
  string: t.string({ maxLength: 100 }).optional(),
  int64: t.int64().optional(),
  float64: t.float64().optional(),
  decimal: t.decimal({ precision: 30, scale: 10 }).optional(),
  timestamp: t.timestamp().optional(),
  bytes: t.bytes().optional(),
  maybe: t.string().nullable().optional(),
  json: t.json().optional(),
  list: t.list(t.object({ n: t.int64() })).optional(),
  map: t.map(t.list(t.date())).optional(),
});

const label = t.string({ minLength: 1, maxLength: 20 });

export const patchNote = Note.patch({ preconditionRequired: true });
export const publishNote = Note.action("publish", {
  when: { state: ["draft"] },
  set: { state: "published" },
});
export const echo = command("echo", {
  input: Everything,
  output: Everything,
  access: [anyone],
  idempotency: "none",
});
export const add = query("add", {
  input: t.object({ left: t.int32(), right: t.int32().default(1) }),
  output: t.object({ sum: t.int64() }),
  access: [anyone],
});
export const stall = command("stall", {
  input: t.object({ label }),
  output: t.object({ label }),
  deadlineMs: 150,
});
export const crash = command("crash", { input: t.object({ label }), output: t.object({ label }) });
export const refuse = command("refuse", {
  input: t.object({ label }),
  output: t.object({ label }),
  errors: [closed],
});
export const recover = command("recover", { input: t.object({ label }), output: t.object({ label }) });
export const hold = command("hold", { input: t.object({ label }), output: t.object({ label }) });
/** Locks two rows, the second when every caller has its first: callers that take them crosswise are deadlocked. */
export const lockBoth = command("lockBoth", {
  input: t.object({ label, first: t.ref(() => Specimen), second: t.ref(() => Specimen) }),
  output: t.object({ label }),
});
/** Makes a specimen with the slug, or goes on with the one that has it. */
export const ensure = command("ensure", {
  input: t.object({ label, slug: t.string({ maxLength: 40 }) }),
  output: t.object({ id: t.ref(() => Specimen) }),
});
/** Makes a specimen, fails to make a second one of the same slug, and says nothing of it. */
export const swallow = command("swallow", {
  input: t.object({ label, slug: t.string({ maxLength: 40 }) }),
  output: t.object({ label }),
});
export const sleepInSql = command("sleepInSql", {
  input: t.object({ label }),
  output: t.object({ label }),
  deadlineMs: 200,
});
/** How many statements that sleep the database is running. */
export const asleep = query("asleep", { output: t.object({ count: t.int64() }) });
export const mislead = query("mislead", { output: t.object({ n: t.int32() }), access: [anyone] });

/** Who calls, as far as the operation knows: what it answers depends on it, and nobody needs to be signed in. */
export const whoAmI = query("whoAmI", {
  output: t.object({ id: t.string().optional(), roles: t.list(t.string()) }),
  access: [anyone],
});

export const laboratoryOperations = [
  whoAmI,
  patchNote,
  publishNote,
  echo,
  add,
  stall,
  lockBoth,
  ensure,
  swallow,
  sleepInSql,
  asleep,
  crash,
  refuse,
  recover,
  hold,
  mislead,
];

/** Lets a scenario hold a handler inside its transaction until it says so. */
export const gates = new Map<
  string,
  { readonly entered: (signal: AbortSignal) => void; readonly released: Promise<void> }
>();

const tried = new Set<string>();

/** Tokens of the laboratory: `lab.<id>.<role>`; `lab.specimen.<slug>` names the specimen as its caller. */
export const authenticate: Authenticate = async ({ token }, { db }) => {
  const [lab, id, rest = ""] = token.split(".");
  if (lab !== "lab" || id === undefined) return undefined;
  if (id === "broken") throw new TypeError("the key store is at /etc/laboratory");
  if (id === "writes") await db.insert(Specimen, { label: "x", rank: null });
  if (id !== "specimen") return { id, roles: rest === "" ? [] : [rest] };
  const specimen = await db.find(Specimen, { slug: rest });
  return specimen && { id: specimen.id };
};

export const laboratoryHandlers = [
  handle(whoAmI, ({ caller }) => ({
    ...(caller === undefined ? {} : { id: caller.id }),
    roles: [...(caller?.roles ?? [])],
  })),
  handle(echo, ({ input }) => input),
  handle(add, ({ input }) => ({ sum: BigInt(input.left) + BigInt(input.right ?? 1) })),
  handle(stall, async ({ input, db }) => {
    await db.insert(Specimen, { label: input.label, rank: null });
    await gates.get(input.label)?.released;
    // The call has long been answered: this must fail, and above all not be done.
    await db.insert(Specimen, { label: input.label, rank: null });
    return input;
  }),
  handle(crash, async ({ input, db }) => {
    await db.insert(Specimen, { label: input.label });
    throw new TypeError("password=hunter2 at /etc/laboratory");
  }),
  handle(refuse, async ({ input, db }) => {
    await db.insert(Specimen, { label: input.label });
    throw closed({ until: "2030-01-01T00:00:00Z" });
  }),
  handle(recover, async ({ input, db }) => {
    await db.insert(Specimen, { label: input.label });
    if (!tried.has(input.label)) {
      tried.add(input.label);
      throw new ApiError("unavailable", "Not yet.");
    }
    return input;
  }),
  handle(hold, async ({ input, db, signal }) => {
    await db.insert(Specimen, { label: input.label });
    const gate = gates.get(input.label);
    gate?.entered(signal);
    await gate?.released;
    return input;
  }),
  handle(lockBoth, async ({ input, db, signal }) => {
    await db.get(Specimen, input.first, { lock: true });
    const gate = gates.get(input.label);
    gate?.entered(signal);
    await gate?.released;
    await db.get(Specimen, input.second, { lock: true });
    return { label: input.label };
  }),
  handle(ensure, async ({ input, db }) => {
    try {
      const { id } = await db.insert(Specimen, input);
      return { id };
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "already_exists")) throw error;
      const found = await db.find(Specimen, { slug: input.slug });
      return { id: found?.id ?? "" };
    }
  }),
  handle(swallow, async ({ input, db }) => {
    await db.insert(Specimen, { label: input.label });
    await db.insert(Specimen, input).catch(() => undefined);
    return { label: input.label };
  }),
  handle(sleepInSql, async ({ input, db }) => {
    await db.sql`select pg_sleep(300)`;
    return input;
  }),
  handle(asleep, async ({ db }) => {
    const [row] = await db.sql<{ count: bigint }>`
      select count(*) as count from pg_stat_activity
      where datname = current_database() and state = 'active' and query like '%pg_' || 'sleep(300)%'`;
    return { count: row?.count ?? 0n };
  }),
  // A handler that breaks its own contract: the value is not an int32.
  handle(mislead, () => ({ n: Number.NaN })),
];
