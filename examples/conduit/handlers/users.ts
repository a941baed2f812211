import { ApiError, handle, type Row } from "concordat";
import { createUser, currentUser, login, User, updateUser } from "../contract.ts";
import { hashPassword, verifyPassword } from "../passwords.ts";
import { signToken } from "../tokens.ts";

export const userHandlers = [
  handle(login, async ({ input, db, now }) => {
    const user = await db.find(User, { email: input.email });
    const right = await verifyPassword(input.password, user?.passwordHash);
    if (user === undefined || !right)
      throw new ApiError("unauthenticated", "The email or password is wrong.");
    return withToken(user, now());
  }),

  handle(createUser, async ({ input: { password, ...names }, db, now }) => {
    const passwordHash = await hashPassword(password);
    const user = await db.insert(User, { ...names, passwordHash, bio: null, image: null });
    return withToken(user, now());
  }),

  handle(currentUser, async ({ principal, db, now }) => withToken(await db.get(User, principal.id), now())),

  handle(updateUser, async ({ input: { password, ...changes }, principal, db, now }) => {
    const secret = password === undefined ? {} : { passwordHash: await hashPassword(password) };
    return withToken(await db.update(User, principal.id, { ...changes, ...secret }), now());
  }),
];

async function withToken({ id, email, username, bio, image }: Row<typeof User>, now: string) {
  return { email, username, bio, image, token: await signToken(id, now) };
}
