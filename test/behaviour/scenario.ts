import type { Stage } from "./stage.ts";

/** Where a scenario is run: which protocol, which database. */
export interface Place {
  readonly caller:
    | "memory"
    | "rest"
    | "cbor"
    | "client"
    | "existing"
    | "mcp"
    | "graphql"
    | "grpc"
    | "grpc-web"
    | "connect";
  readonly database: "pglite" | "postgres";
}

/** Whether messages are protobuf's: they have no null, and cannot say what has no field. */
export function isProtobuf({ caller }: Place): boolean {
  return caller === "grpc" || caller === "grpc-web" || caller === "connect";
}

/** One thing the system must do, on every protocol and both databases. */
export interface Scenario {
  /** A sentence, unique. */
  readonly name: string;
  readonly group: string;
  /** Why it is not run in this place; undefined where it is. */
  readonly skip?: (place: Place) => string | undefined;
  run(stage: Stage): Promise<void>;
}

/** Makes the scenarios of one group from sentence → what happens. */
export function group(
  name: string,
  scenarios: Readonly<Record<string, Scenario["run"] | Omit<Scenario, "name" | "group">>>,
): Scenario[] {
  return Object.entries(scenarios).map(([sentence, given]) =>
    typeof given === "function"
      ? { name: sentence, group: name, run: given }
      : { name: sentence, group: name, ...given },
  );
}
