import { ApiError, type Db, handle, type Row } from "concordat";
import { type ArticleQuestion, articleAt, countArticles, viewArticle, viewArticles } from "../articles.ts";
import {
  Article,
  ArticleTag,
  createArticle,
  deleteArticle,
  Favorite,
  favoriteArticle,
  feedArticles,
  getArticle,
  listArticles,
  listTags,
  unfavoriteArticle,
  updateArticle,
} from "../contract.ts";
import { slugOf } from "../slugs.ts";

export const articleHandlers = [
  handle(listArticles, ({ input, caller, db }) => page(db, input, caller?.id)),

  handle(feedArticles, ({ input, principal, db }) =>
    page(db, { ...input, follower: principal.id }, principal.id),
  ),

  handle(getArticle, ({ input, caller, db }) => viewArticle(db, input.slug, caller?.id)),

  handle(createArticle, async ({ input: { tagList, ...text }, principal, db }) => {
    const slug = slugOf(text.title);
    const { id } = await db.insert(Article, { ...text, slug, author: principal.id });
    for (const name of new Set(tagList)) await db.insert(ArticleTag, { article: id, name });
    return viewArticle(db, slug, principal.id);
  }),

  handle(updateArticle, async ({ input: { slug, ...changes }, principal, db }) => {
    const article = own(await articleAt(db, slug, { lock: true }), principal.id);
    const renamed = changes.title !== undefined && changes.title !== article.title;
    const moved = renamed ? { slug: slugOf(changes.title ?? "") } : {};
    const after = await db.update(Article, article.id, { ...changes, ...moved });
    return viewArticle(db, after.slug, principal.id);
  }),

  handle(deleteArticle, async ({ input, principal, db }) => {
    const { id } = own(await articleAt(db, input.slug, { lock: true }), principal.id);
    await db.sql`delete from comments where article = ${id}`;
    await db.sql`delete from favorites where article = ${id}`;
    await db.sql`delete from article_tags where article = ${id}`;
    await db.delete(Article, id);
  }),

  handle(favoriteArticle, async ({ input, principal, db }) => {
    // Locked, so that two calls at once do not both find nothing and count twice.
    const { id } = await articleAt(db, input.slug, { lock: true });
    const pair = { user: principal.id, article: id };
    if ((await db.find(Favorite, pair)) === undefined) await db.insert(Favorite, pair);
    return viewArticle(db, input.slug, principal.id);
  }),

  handle(unfavoriteArticle, async ({ input, principal, db }) => {
    const { id } = await articleAt(db, input.slug);
    await db.sql`delete from favorites where article = ${id} and "user" = ${principal.id}`;
    return viewArticle(db, input.slug, principal.id);
  }),

  handle(listTags, async ({ db }) => {
    const tags = await db.sql<{ readonly name: string }>`
      select distinct name from article_tags order by name limit 1000`;
    return tags.map(({ name }) => name);
  }),
];

async function page(db: Db, question: ArticleQuestion, viewer: string | undefined) {
  const articles = await viewArticles(db, question, viewer);
  return {
    articles: articles.map(({ body, ...summary }) => summary),
    articlesCount: await countArticles(db, question),
  };
}

function own(article: Row<typeof Article>, caller: string): Row<typeof Article> {
  if (article.author === caller) return article;
  throw new ApiError("forbidden", "The article is somebody else's.");
}
