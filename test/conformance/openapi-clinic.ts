import assert from "node:assert/strict";
import clinicService from "../../examples/clinic/service.ts";
import { issueApiKey } from "../../src/runtime/auth/index.ts";
import { type RunningService, startService } from "../../src/runtime/server/start-service.ts";

/** A clinic that listens on a socket, what is in it, and keys to call it with. */
export interface RunningClinic {
  readonly url: string;
  readonly adminKey: string;
  readonly patientKey: string;
  readonly providerKey: string;
  /** Ids of open slots in the future. */
  readonly slots: readonly string[];
  close(): Promise<void>;
}

/** Starts a clinic in memory with a provider, a patient and open slots, all made over REST. */
export async function startClinic(): Promise<RunningClinic> {
  const service = await startService(clinicService, { mode: "dev", dataDir: "memory", logLevel: "error" });
  try {
    return await fill(service);
  } catch (error) {
    await service.close();
    throw error;
  }
}

async function fill(service: RunningService): Promise<RunningClinic> {
  const keys = service.store.apiKeys;
  const admin = await issueApiKey({ keys }, { name: "admin", principal: "admin", roles: ["admin"] });
  const make = async (path: string, body: object): Promise<string> => {
    const response = await fetch(`${service.url}/v2/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${admin.key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    assert.equal(response.status, 201, text);
    return JSON.parse(text).id;
  };
  const provider = await make("providers", { name: "Dr. Wei Chen", specialty: "cardiology" });
  const patient = await make("patients", {
    name: "Ada Byron",
    email: "ada@example.com",
    birthDate: "1985-12-10",
  });
  const slots: string[] = [];
  for (let hour = 1; hour <= 6; hour++) {
    const startMs = Date.now() + hour * 3_600_000;
    slots.push(
      await make("slots", {
        provider,
        startsAt: new Date(startMs).toISOString(),
        endsAt: new Date(startMs + 1_800_000).toISOString(),
      }),
    );
  }
  const ada = await issueApiKey({ keys }, { name: "ada", principal: patient, roles: ["patient"] });
  const chen = await issueApiKey({ keys }, { name: "drChen", principal: provider, roles: ["provider"] });
  return {
    url: service.url,
    adminKey: admin.key,
    patientKey: ada.key,
    providerKey: chen.key,
    slots,
    close: () => service.close(),
  };
}
