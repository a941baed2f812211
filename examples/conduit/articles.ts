import { ApiError, type Db } from "concordat";
import { Article, type ArticleSummary } from "./contract.ts";

interface ArticleRow {
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly tags: readonly string[];
  readonly favorited: boolean;
  readonly favorites: number;
  readonly username: string;
  readonly bio: string | null;
  readonly image: string | null;
  readonly following: boolean;
}

/** Which articles, of those that there are. */
export interface ArticleQuestion {
  readonly slug?: string;
  readonly tag?: string | undefined;
  /** Username. */
  readonly author?: string | undefined;
  /** Username of who likes them. */
  readonly favorited?: string | undefined;
  /** Id of who follows their authors. */
  readonly follower?: string;
  readonly limit: number;
  readonly offset: number;
}

/** The article of this slug; 404 where there is none. */
export async function articleAt(db: Db, slug: string, options?: { readonly lock: boolean }) {
  const article = await db.find(Article, { slug }, options);
  if (article === undefined) throw new ApiError("not_found", `There is no article ${JSON.stringify(slug)}.`);
  return article;
}

/** One article as somebody sees it; 404 where there is none. */
export async function viewArticle(db: Db, slug: string, viewer: string | undefined) {
  const [article] = await viewArticles(db, { slug, limit: 1, offset: 0 }, viewer);
  if (article === undefined) throw new ApiError("not_found", `There is no article ${JSON.stringify(slug)}.`);
  return article;
}

/** Articles as somebody sees them, the newest first, in one statement: no question for each of them. */
export async function viewArticles(
  db: Db,
  { slug, tag, author, favorited, follower, limit, offset }: ArticleQuestion,
  viewer: string | undefined,
): Promise<readonly (ArticleSummary & { readonly body: string })[]> {
  const rows = await db.sql<ArticleRow>`
    select a.slug, a.title, a.description, a.body, a.created_at as "createdAt", a.updated_at as "updatedAt",
      array(select t.name from article_tags t where t.article = a.id order by t.name) as tags,
      exists (select from favorites f where f.article = a.id and f."user" = ${viewer ?? null}) as favorited,
      (select count(*)::int4 from favorites f where f.article = a.id) as favorites,
      u.username, u.bio, u.image,
      exists (select from follows f where f.followed = u.id and f.follower = ${viewer ?? null}) as following
    from articles a join users u on u.id = a.author
    where (${slug ?? null}::text is null or a.slug = ${slug ?? null})
      and (${author ?? null}::text is null or u.username = ${author ?? null})
      and (${tag ?? null}::text is null
        or exists (select from article_tags t where t.article = a.id and t.name = ${tag ?? null}))
      and (${favorited ?? null}::text is null
        or exists (select from favorites f join users l on l.id = f."user"
          where f.article = a.id and l.username = ${favorited ?? null}))
      and (${follower ?? null}::text is null
        or exists (select from follows f where f.followed = a.author and f.follower = ${follower ?? null}))
    order by a.created_at desc, a.id desc
    limit ${limit} offset ${offset}`;
  return rows.map(({ username, bio, image, following, tags, favorites, ...article }) => ({
    ...article,
    tagList: [...tags],
    favoritesCount: favorites,
    author: { username, bio, image, following },
  }));
}

/** How many articles there are by the same question, on all pages. */
export async function countArticles(
  db: Db,
  { tag, author, favorited, follower }: ArticleQuestion,
): Promise<number> {
  const [row] = await db.sql<{ readonly count: number }>`
    select count(*)::int4 as count from articles a join users u on u.id = a.author
    where (${author ?? null}::text is null or u.username = ${author ?? null})
      and (${tag ?? null}::text is null
        or exists (select from article_tags t where t.article = a.id and t.name = ${tag ?? null}))
      and (${favorited ?? null}::text is null
        or exists (select from favorites f join users l on l.id = f."user"
          where f.article = a.id and l.username = ${favorited ?? null}))
      and (${follower ?? null}::text is null
        or exists (select from follows f where f.followed = a.author and f.follower = ${follower ?? null}))`;
  return row?.count ?? 0;
}
