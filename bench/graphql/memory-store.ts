import type {
  GetManyOptions,
  ListPlan,
  Session,
  Store,
  StoredPage,
  StoredRow,
} from "../../src/runtime/engine/index.ts";
import { cities, countries } from "./fixture.ts";

const AT = "2026-01-01T00:00:00Z";

function store(values: { readonly id: string }): StoredRow {
  const whole = { ...values, createdAt: AT, updatedAt: AT };
  return { id: values.id, values: whole, version: 1, updatedAt: AT, allowed: true };
}

const rows = new Map([...countries, ...cities].map((row) => [row.id, store(row)]));
const cityRows = cities.flatMap(({ id }) => rows.get(id) ?? []);

const reads: Pick<Session, "inTransaction" | "interrupt" | "getMany" | "list"> = {
  inTransaction: false,
  interrupt: () => {},
  getMany(_resource: string, ids: readonly string[], _options: GetManyOptions) {
    const found: StoredRow[] = [];
    for (const id of ids) {
      const row = rows.get(id);
      if (row !== undefined) found.push(row);
    }
    return found;
  },
  list(_resource: string, { limit }: ListPlan): StoredPage {
    const page = cityRows.slice(0, limit);
    return {
      rows: page,
      sortValue: (index) => page[index]?.values.population,
      more: cityRows.length > limit,
    };
  },
};

/** The fixture's rows in Maps: what the bench asks is answered at once; what it does not ask is not there. */
export const memoryStore: Store = {
  open: () => reads as Session,
  ready: async () => {},
  close: async () => {},
  steps: {
    lock: async () => undefined,
    record: async () => {
      throw new RangeError("The bench has no steps");
    },
  },
};
