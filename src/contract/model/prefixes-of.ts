import type { Model } from "./model.ts";

const gathered = new WeakMap<Model, Readonly<Record<string, string>>>();

/** Id prefix of each resource, by name, so that a ref to another kind of row is refused by its looks. */
export function prefixesOf(model: Model): Readonly<Record<string, string>> {
  let prefixes = gathered.get(model);
  if (prefixes === undefined) {
    prefixes = Object.fromEntries(Object.values(model.resources).map(({ name, prefix }) => [name, prefix]));
    gathered.set(model, prefixes);
  }
  return prefixes;
}
