import type { AddressInfo } from "node:net";
import fastify, { LogController } from "fastify";
import mercurius from "mercurius";
import { type CityRow, countriesById, SDL } from "./fixture.ts";
import { countriesFromDatabase, logger, report, resolvers, SOURCE } from "./shared.ts";

/** As `BENCH_VARIANT` says: countries by a Map in the resolver, or by mercurius' own loaders. */
const loads = SOURCE !== "memory" || process.env.BENCH_VARIANT === "loaders";
const app = fastify({
  loggerInstance: logger,
  logController: new LogController({ disableRequestLogging: true }),
});
app.addHook("onResponse", (request, reply, done) => {
  const { method, routeOptions, ip } = request;
  const line = {
    operation: routeOptions.url,
    method,
    status: reply.statusCode,
    durationMs: reply.elapsedTime,
  };
  request.log.info({ ...line, remoteAddress: ip }, "request");
  done();
});
const countryOf = ({ country }: CityRow) => countriesById.get(country);
await app.register(mercurius, {
  schema: SDL,
  jit: 1,
  resolvers: { Query: resolvers.Query, ...(loads ? {} : { City: { country: countryOf } }) },
  ...(loads
    ? {
        loaders: {
          City: {
            country: async (queries: readonly { obj: CityRow }[]) => {
              const ids = queries.map(({ obj }) => obj.country);
              return SOURCE === "memory"
                ? ids.map((id) => countriesById.get(id))
                : countriesFromDatabase(ids);
            },
          },
        },
      }
    : {}),
});
await app.listen({ port: 0, host: "127.0.0.1" });
report((app.server.address() as AddressInfo).port);
