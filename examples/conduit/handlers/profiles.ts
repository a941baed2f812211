import { handle } from "concordat";
import { Follow, followUser, getProfile, User, unfollowUser } from "../contract.ts";
import { profileOf, userNamed } from "../profiles.ts";

export const profileHandlers = [
  handle(getProfile, async ({ input, caller, db }) =>
    profileOf(db, await userNamed(db, input.username), caller?.id),
  ),

  handle(followUser, async ({ input, principal, db }) => {
    const { id } = await userNamed(db, input.username);
    // Locked, so that two calls at once do not both find nothing and follow twice.
    const user = await db.get(User, id, { lock: true });
    const pair = { follower: principal.id, followed: id };
    if ((await db.find(Follow, pair)) === undefined) await db.insert(Follow, pair);
    return profileOf(db, user, principal.id);
  }),

  handle(unfollowUser, async ({ input, principal, db }) => {
    const user = await userNamed(db, input.username);
    await db.sql`delete from follows where follower = ${principal.id} and followed = ${user.id}`;
    return profileOf(db, user, principal.id);
  }),
];
