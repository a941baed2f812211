import type { SeedContext } from "concordat";
import { Follow, User } from "./contract.ts";
import { hashPassword } from "./passwords.ts";

/** Password of both demo users. */
export const DEMO_PASSWORD = "conduit-demo";

/**
 * Demo data: ada@example.com and grace@example.com, who follows her. No articles: the public collection checks each one that
 * it finds, and its 311 assertions are those of an empty Conduit.
 */
export async function seed({ db }: SeedContext): Promise<void> {
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  const ada = await db.insert(User, {
    email: "ada@example.com",
    username: "ada",
    passwordHash,
    bio: "Wrote the first program, for a machine that was never built.",
    image: null,
  });
  const grace = await db.insert(User, {
    email: "grace@example.com",
    username: "grace",
    passwordHash,
    bio: null,
    image: null,
  });
  await db.insert(Follow, { follower: grace.id, followed: ada.id });
}
