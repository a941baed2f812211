import type { Place, Scenario } from "./scenario.ts";

/** Every place a scenario runs in; a protocol adds two, another form of REST one. */
export const PLACES: readonly (Place & { readonly title: string })[] = [
  { caller: "memory", database: "pglite", title: "in memory, PGlite" },
  { caller: "memory", database: "postgres", title: "in memory, PostgreSQL" },
  { caller: "rest", database: "pglite", title: "REST, PGlite" },
  { caller: "rest", database: "postgres", title: "REST, PostgreSQL" },
  { caller: "cbor", database: "pglite", title: "REST in CBOR, PGlite" },
  { caller: "client", database: "pglite", title: "our client, PGlite" },
  { caller: "existing", database: "pglite", title: "REST in another style, PGlite" },
  { caller: "graphql", database: "pglite", title: "GraphQL, PGlite" },
  { caller: "graphql", database: "postgres", title: "GraphQL, PostgreSQL" },
  { caller: "mcp", database: "pglite", title: "MCP, PGlite" },
  { caller: "mcp", database: "postgres", title: "MCP, PostgreSQL" },
  { caller: "grpc", database: "pglite", title: "gRPC, PGlite" },
  { caller: "grpc", database: "postgres", title: "gRPC, PostgreSQL" },
  { caller: "grpc-web", database: "pglite", title: "gRPC-Web, PGlite" },
  { caller: "grpc-web", database: "postgres", title: "gRPC-Web, PostgreSQL" },
  { caller: "connect", database: "pglite", title: "Connect, PGlite" },
  { caller: "connect", database: "postgres", title: "Connect, PostgreSQL" },
];

/** What became of a scenario in a place. */
export type Result = "passed" | "failed" | { readonly skipped: string };

/** Writes docs/reference/behaviour.md: every scenario, and where it is run. */
export function formatDocument(scenarios: readonly Scenario[]): string {
  const groups = Map.groupBy(scenarios, (scenario) => scenario.group);
  const notes: string[] = [];
  const cell = (scenario: Scenario, place: Place) => {
    const reason = scenario.skip?.(place);
    if (reason === undefined) return "✓";
    if (!notes.includes(reason)) notes.push(reason);
    return `skipped (${notes.indexOf(reason) + 1})`;
  };
  const sections = [...groups].map(([name, members]) =>
    [
      `## ${name}\n`,
      `| scenario | ${PLACES.map((place) => place.title).join(" | ")} |`,
      `|---|${PLACES.map(() => "---|").join("")}`,
      ...members.map(
        (scenario) =>
          `| ${scenario.name.replaceAll("|", "\\|")} | ${PLACES.map((place) => cell(scenario, place)).join(" | ")} |`,
      ),
    ].join("\n"),
  );
  return `# Behaviour

The system means the same on every protocol. These ${scenarios.length} scenarios are written once, in
\`test/behaviour/scenarios\`, and run in each place below; \`npm run behaviour\` runs them and prints the table with its
results. A later protocol adds a column. This page is written by \`npm run behaviour -- --write\`, and a test holds it to
the list.

${sections.join("\n\n")}
${notes.length === 0 ? "" : `\n## Skipped\n\n${notes.map((note, at) => `${at + 1}. ${note}.`).join("\n")}\n`}`;
}

const MARKS = { passed: "✔", failed: "✖" } as const;

/** Writes the table of one run for a terminal. */
export function formatResults(
  scenarios: readonly Scenario[],
  resultOf: (scenario: Scenario, place: (typeof PLACES)[number]) => Result | undefined,
): string {
  const lines: string[] = [];
  for (const [name, members] of Map.groupBy(scenarios, (scenario) => scenario.group)) {
    lines.push("", name);
    for (const scenario of members) {
      const marks = PLACES.map((place) => {
        const result = resultOf(scenario, place);
        return result === undefined ? "·" : typeof result === "string" ? MARKS[result] : "–";
      });
      lines.push(`  ${marks.join("  ")}  ${scenario.name}`);
    }
  }
  const heads = PLACES.map((place, at) => `  ${"   ".repeat(at)}┌ ${place.title}`);
  return [...heads, ...lines].join("\n");
}
