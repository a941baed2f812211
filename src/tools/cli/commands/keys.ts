import { parseTimestamp } from "../../../base/lib/index.ts";
import { compile } from "../../../contract/model/index.ts";
import { issueApiKey } from "../../../runtime/auth/index.ts";
import type { ApiKeyRecord } from "../../../runtime/engine/index.ts";
import { type OpenedStore, openStore } from "../../../runtime/store/index.ts";
import { type Command, type CommandContext, EXIT } from "../command.ts";
import { CliFailure, usageFailure } from "../failure.ts";
import { loadService } from "../load-api.ts";
import { DATABASE_OPTIONS, databasePlace, developmentDataDir } from "../settings.ts";
import type { Terminal } from "../terminal.ts";

/** Each reads its options at once, so that a mistake in them opens no database, and returns what to do with it. */
const ACTIONS: Readonly<Record<string, (context: CommandContext) => (store: OpenedStore) => Promise<void>>> =
  {
    create,
    list,
    revoke,
  };

/** `concordat keys`: who may call. */
export const keys: Command = {
  name: "keys",
  summary: "Create, list and revoke API keys",
  usage: "create|list|revoke [service] [--name <name>] [--principal <id>] [--roles <role,…>]",
  maxArguments: 2,
  details:
    "Works on the database of the service: --database-url, DATABASE_URL or --data; else the one that `concordat dev` uses,\n" +
    "while that is not running. A key is shown once, when it is made; the database keeps its SHA-256.",
  options: {
    name: { value: "name", description: "Name of the key, unique (create, revoke)" },
    principal: {
      value: "id",
      description: "Who calls with it; where the contract has owners, a row's id (create)",
    },
    roles: { value: "roles", description: "Roles, separated by commas (create)" },
    test: { description: "Make a test key, ck_test_…, instead of a live one (create)" },
    expires: { value: "time", description: "When it stops working, RFC 3339 (create). Default never" },
    ...DATABASE_OPTIONS,
  },
  examples: [
    ["concordat keys create examples/clinic --name reception --principal clinic --roles admin", "Make a key"],
    ["concordat keys list examples/clinic", "List all, without the keys themselves"],
    ["concordat keys revoke examples/clinic --name reception", "End one at once"],
  ],
  run: async (context) => {
    const [action, target] = context.arguments;
    const run = action !== undefined && Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (run === undefined) {
      throw usageFailure(
        action === undefined ? "create, list or revoke?" : `unknown action ${action}`,
        "concordat keys --help",
      );
    }
    const work = run(context);
    const { service } = await loadService(target, context.cwd);
    const place = databasePlace(context) ?? { dataDir: developmentDataDir(context.cwd, service.api.name) };
    const store = await openStore(compile(service.api), place);
    try {
      await work(store);
    } finally {
      await store.close();
    }
  },
};

function create(context: CommandContext): (store: OpenedStore) => Promise<void> {
  const { terminal } = context;
  const name = required(context, "name");
  const principal = required(context, "principal");
  const roles = (context.option("roles") ?? "").split(",").map((role) => role.trim());
  const expires = context.option("expires");
  const expiresAt = expires === undefined ? undefined : parseTimestamp(expires);
  if (expires !== undefined && expiresAt === undefined) {
    throw usageFailure(`--expires must be a time such as 2027-01-01T00:00:00Z, not ${expires}`);
  }
  return async ({ apiKeys }) => {
    if ((await apiKeys.list()).some((record) => record.name === name)) {
      throw usageFailure(`there is a key named ${name} already`, "choose another name");
    }
    const { key, record } = await issueApiKey(
      { keys: apiKeys, clock: { now: Date.now } },
      {
        name,
        principal,
        roles: roles.filter((role) => role !== ""),
        live: context.flag("test") !== true,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      },
    );
    terminal.result({ ok: true, key, ...visible(record) });
    terminal.print(key);
    terminal.warn(`Shown this once. ${describe(record)}`);
  };
}

function list({ terminal }: CommandContext): (store: OpenedStore) => Promise<void> {
  return async ({ apiKeys }) => {
    const records = await apiKeys.list();
    terminal.result({ ok: true, keys: records.map(visible) });
    if (records.length === 0) terminal.print("No keys.");
    const width = Math.max(...records.map(({ name }) => name.length));
    for (const record of records) {
      terminal.print(
        `${record.name.padEnd(width)}  ${record.hint}…  ${describe(record)}${state(record, terminal)}`,
      );
    }
  };
}

function revoke(context: CommandContext): (store: OpenedStore) => Promise<void> {
  const { terminal } = context;
  const name = required(context, "name");
  return async ({ apiKeys }) => {
    const record = (await apiKeys.list()).find((each) => each.name === name);
    if (record === undefined)
      throw usageFailure(`there is no key named ${name}`, "concordat keys list shows them");
    if (!(await apiKeys.revoke(record.id))) {
      throw new CliFailure({
        exitCode: EXIT.usage,
        message: `${name} was revoked before, ${record.revokedAt}`,
      });
    }
    terminal.result({ ok: true, name, id: record.id });
    terminal.print(`${terminal.style("green", "✔")} ${name} is revoked`);
  };
}

function required(context: CommandContext, name: string): string {
  const value = context.option(name);
  if (value === undefined || value === "")
    throw usageFailure(`--${name} is missing`, "concordat keys --help");
  return value;
}

/** What may be shown of a key: all but its hash. */
function visible({ hash: _, ...rest }: ApiKeyRecord): Omit<ApiKeyRecord, "hash"> {
  return rest;
}

function describe({ principal, roles, live, lastUsedAt }: ApiKeyRecord): string {
  const parts = [`principal ${principal}`, roles.length === 0 ? "no roles" : `roles ${roles.join(", ")}`];
  if (!live) parts.push("test key");
  if (lastUsedAt !== undefined) parts.push(`last used ${lastUsedAt}`);
  return parts.join("; ");
}

function state({ revokedAt, expiresAt }: ApiKeyRecord, terminal: Terminal): string {
  if (revokedAt !== undefined) return terminal.style("red", `  revoked ${revokedAt}`);
  return expiresAt === undefined ? "" : terminal.style("yellow", `  until ${expiresAt}`);
}
