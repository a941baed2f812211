import type { SeedContext } from "concordat";
import { Article, ArticleTag, Comment, Counter, Favorite, Follow, User } from "./contract.ts";
import { hashPassword } from "./passwords.ts";
import { slugOf } from "./slugs.ts";

/** Password of both demo users. */
export const DEMO_PASSWORD = "conduit-demo";

/** Demo data: ada@example.com and grace@example.com, who follows her; an article, a comment, a favorite. */
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
  const title = "Notes on the Analytical Engine";
  const article = await db.insert(Article, {
    slug: slugOf(title),
    author: ada.id,
    title,
    description: "What it can do, and what it cannot.",
    body: "It can do whatever we know how to order it to perform.",
  });
  for (const name of ["engines", "notes"]) await db.insert(ArticleTag, { article: article.id, name });
  await db.insert(Counter, { name: "comments", value: 1 });
  await db.insert(Comment, { number: 1, article: article.id, author: grace.id, body: "Ahead of its time." });
  await db.insert(Favorite, { article: article.id, user: grace.id });
}
