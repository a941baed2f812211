// Books the next free slot as Ada and cancels it again, over REST: `node --conditions=source examples/clinic/book.ts`
// while `npm start` runs in the same folder. A browser would call the same way.
import { readFileSync } from "node:fs";
import { createClient, isError } from "concordat/client";
import { clinic, slotTaken } from "./contract.ts";

const dev = JSON.parse(readFileSync(process.argv[2] ?? ".concordat/dev.json", "utf8"));
const ada = createClient(clinic, {
  url: dev.url,
  apiKey: dev.apiKeys.ada,
  observer: (event) => {
    if (event.kind === "retry") console.log(`Trying again in ${Math.round(event.delayMs)} ms`);
  },
});

// Pages of slots are fetched as they are needed: usually one.
for await (const slot of ada.slot.list({ status: "open", sort: "startsAt" })) {
  try {
    const booked = await ada.appointment.create({ slot: slot.id, reason: "Check-up" });
    const provider = await ada.provider.get(booked.provider);
    console.log(`Booked ${provider.name} for ${booked.price} EUR, ${booked.status}`);
    const cancelled = await ada.appointment.cancel(
      booked.id,
      { reason: "Feeling well" },
      { ifMatch: booked },
    );
    console.log(`Now ${cancelled.status}`);
    break;
  } catch (error) {
    // Somebody was faster: the next one, then.
    if (!isError(slotTaken, error)) throw error;
    console.log(`${error.data.slot} is taken`);
  }
}
