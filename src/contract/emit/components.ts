import type { JsonObject } from "./json-object.ts";

/** The parts of an OpenAPI document that others refer to; only those that are used come to be. */
export interface Components {
  /**
   * Refers to the component of this section known by `key`, making it the first time. Its name is `name` or, where
   * another component has that, `name` and a number.
   */
  ref(section: ComponentSection, name: string, make: () => JsonObject, key?: string): JsonObject;
  toJson(): JsonObject;
}

export type ComponentSection = "schemas" | "responses" | "parameters" | "headers";

/** Makes an empty set of components. */
export function createComponents(): Components {
  const sections: Record<ComponentSection, JsonObject> = {
    schemas: {},
    responses: {},
    parameters: {},
    headers: {},
  };
  const names = new Map<string, string>();
  return {
    ref(section, wanted, make, key = wanted) {
      const id = `${section} ${key}`;
      let name = names.get(id);
      if (name === undefined) {
        const parts = sections[section];
        name = wanted;
        for (let count = 2; Object.hasOwn(parts, name); count++) name = `${wanted}${count}`;
        names.set(id, name);
        // The name is taken before the part is made: parts may refer to themselves.
        parts[name] = {};
        parts[name] = make();
      }
      return { $ref: `#/components/${section}/${name}` };
    },
    toJson: () =>
      Object.fromEntries(Object.entries(sections).filter(([, parts]) => Object.keys(parts).length > 0)),
  };
}
