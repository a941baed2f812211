import { ApiError } from "../../../base/errors/index.ts";
import { emitSubgraphSdl } from "../../../contract/emit/index.ts";
import { MOST_ENTITIES } from "../../../contract/graphql/index.ts";
import { toPascalCase } from "../../../contract/model/names.ts";
import { compileArguments } from "./arguments.ts";
import { nodePlanner, readNodes, resourceOfId, writeNodes } from "./node-plans.ts";
import type { PlanScope } from "./plan-scope.ts";
import type { RootField, RootPlace } from "./root.ts";
import { NullField } from "./run.ts";
import { compileValueWriter } from "./value-writer.ts";

/** `_service`: the schema as a subgraph, for gateways. */
export function compileService({ field, nodes, key }: RootPlace, scope: PlanScope): RootField {
  const write = compileValueWriter(field.type, { parent: "Query", nodes }, scope);
  const value = { sdl: emitSubgraphSdl(scope.model) };
  return ({ run }) => {
    run.path.push(key);
    return write(value, run);
  };
}

/**
 * `_entities(representations)`: rows by what a gateway knows of them, their type and id. Those of one type are read with
 * one call; what is not there and what the caller may not read is null.
 */
export function compileEntities(place: RootPlace, scope: PlanScope): RootField {
  const { key, nodes } = place;
  const args = compileArguments(place.field.args ?? [], place.node, scope);
  const find = nodePlanner(place, scope);
  return async (request) => {
    const { run } = request;
    const { representations } = args(request.variables);
    const asked: readonly unknown[] = Array.isArray(representations) ? representations : [];
    if (asked.length > MOST_ENTITIES) {
      const message = `At most ${MOST_ENTITIES} representations are taken.`;
      throw new NullField({ error: new ApiError("too_complex", message), path: [key], nodes });
    }
    const ids = asked.map((representation, index) => {
      const found = readRepresentation(representation, scope);
      if (typeof found === "string") return found;
      const pointer = `?representations/${index}`;
      const error = new ApiError("invalid_parameter", found.message, {
        violations: [{ pointer, code: "wrong_type", message: found.message }],
      });
      run.report({ error, path: [key, index], nodes });
      return undefined;
    });
    return writeNodes(await readNodes(ids, find, { place, request }), place, request);
  };
}

/** The id that a representation names, or what is wrong with it. */
function readRepresentation(
  representation: unknown,
  scope: PlanScope,
): string | { readonly message: string } {
  if (typeof representation !== "object" || representation === null) {
    return { message: "A representation is an object with __typename and id." };
  }
  const type = "__typename" in representation ? representation.__typename : undefined;
  const id = "id" in representation ? representation.id : undefined;
  if (typeof type !== "string" || typeof id !== "string") {
    return { message: "A representation has a __typename and an id, both strings." };
  }
  const resource = resourceOfId(id, scope);
  if (resource !== undefined && toPascalCase(resource.name) === type) return id;
  return { message: `The id is not that of the type ${type.slice(0, 64)}.` };
}
