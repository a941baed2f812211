import type { SeedContext } from "concordat";
import { Appointment, Patient, Provider, Slot } from "./contract.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Hours of the day, UTC, at which a provider sees somebody. */
const HOURS = [8, 9, 13];

/** Demo data: three providers with slots over the next two weeks, two patients, three appointments, five API keys. */
export async function seed({ db, apiKey, now }: SeedContext): Promise<void> {
  const chen = await db.insert(Provider, {
    name: "Dr. Wei Chen",
    specialty: "cardiology",
    bio: "Hearts, their rhythms, and how to keep both.",
  });
  const okafor = await db.insert(Provider, { name: "Dr. Ngozi Okafor", specialty: "family" });
  const moreau = await db.insert(Provider, { name: "Dr. Zoé Moreau", specialty: "dermatology" });
  const ada = await db.insert(Patient, {
    name: "Ada Byron",
    email: "ada@example.com",
    phone: "+442079460018",
    birthDate: "1985-12-10",
  });
  const grace = await db.insert(Patient, {
    name: "Grace Murray",
    email: "grace@example.com",
    birthDate: "1976-12-09",
  });

  await apiKey("admin", { principal: "admin", roles: ["admin"] });
  await apiKey("drChen", { principal: chen.id, roles: ["provider"] });
  await apiKey("drOkafor", { principal: okafor.id, roles: ["provider"] });
  await apiKey("ada", { principal: ada.id, roles: ["patient"] });
  await apiKey("grace", { principal: grace.id, roles: ["patient"] });

  const midnight = Math.floor(Date.parse(now()) / DAY_MS) * DAY_MS;
  const slots = new Map<string, string[]>();
  for (const provider of [chen, okafor, moreau]) {
    const ids: string[] = [];
    for (let day = 1; day <= 14; day++) {
      for (const hour of HOURS) {
        const startMs = midnight + day * DAY_MS + hour * HOUR_MS;
        const slot = await db.insert(Slot, {
          provider: provider.id,
          startsAt: new Date(startMs).toISOString(),
          endsAt: new Date(startMs + HOUR_MS / 2).toISOString(),
        });
        ids.push(slot.id);
      }
    }
    slots.set(provider.id, ids);
  }

  const book = async (
    patient: string,
    provider: string,
    slotIndex: number,
    values: { reason: string; notes?: string; status: "requested" | "confirmed"; price: string },
  ) => {
    const slot = await db.update(Slot, slots.get(provider)?.[slotIndex] ?? "", { status: "booked" });
    await db.insert(Appointment, { patient, provider, slot: slot.id, ...values });
  };
  await book(ada.id, chen.id, 1, {
    reason: "Palpitations after long nights at the engine",
    notes: "ECG first.",
    status: "confirmed",
    price: "120.00",
  });
  await book(ada.id, okafor.id, 12, { reason: "Travel vaccination", status: "requested", price: "60.00" });
  await book(grace.id, chen.id, 7, { reason: "Yearly check-up", status: "requested", price: "120.00" });
}
