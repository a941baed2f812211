import { ApiError, type Db } from "concordat";
import { Follow, type Profile, User } from "./contract.ts";

/** The user of this name; 404 where there is none. */
export async function userNamed(db: Db, username: string) {
  const user = await db.find(User, { username });
  if (user === undefined) throw new ApiError("not_found", `There is no user ${JSON.stringify(username)}.`);
  return user;
}

/** A user as somebody sees them; `viewer` is undefined where nobody is signed in. */
export async function profileOf(
  db: Db,
  user: { readonly id: string } & Omit<Profile, "following">,
  viewer: string | undefined,
): Promise<Profile> {
  const { id, username, bio, image } = user;
  const follow = viewer && (await db.find(Follow, { follower: viewer, followed: id }));
  return { username, bio, image, following: Boolean(follow) };
}
