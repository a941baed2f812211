/** Joins metrics in the text format of Prometheus: each family once, with the samples of all. */
export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, { readonly head: string; readonly samples: string[] }>();
  for (const text of texts) {
    for (const block of text.split(/^(?=# HELP )/m)) {
      const [help = "", type = "", ...samples] = block.trimEnd().split("\n");
      if (!help.startsWith("# HELP ")) continue;
      const head = `${help}\n${type}\n`;
      const known = families.get(type);
      if (known === undefined) families.set(type, { head, samples });
      else known.samples.push(...samples);
    }
  }
  return [...families.values()].map(({ head, samples }) => `${head}${samples.join("\n")}\n`).join("\n");
}
