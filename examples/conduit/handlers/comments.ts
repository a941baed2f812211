import { ApiError, type Db, handle } from "concordat";
import { articleAt } from "../articles.ts";
import {
  Comment,
  type CommentAnswer,
  createComment,
  deleteComment,
  listComments,
  User,
} from "../contract.ts";
import { profileOf } from "../profiles.ts";

export const commentHandlers = [
  handle(listComments, async ({ input, caller, db }) => {
    const { id } = await articleAt(db, input.slug);
    return viewComments(db, id, caller?.id);
  }),

  handle(createComment, async ({ input, principal, db }) => {
    const article = await articleAt(db, input.slug, { lock: true });
    const { number, createdAt, updatedAt, body } = await db.insert(Comment, {
      number: await nextNumber(db),
      article: article.id,
      author: principal.id,
      body: input.body,
    });
    const author = await profileOf(db, await db.get(User, principal.id), principal.id);
    return { id: number, createdAt, updatedAt, body, author };
  }),

  handle(deleteComment, async ({ input, principal, db }) => {
    const article = await articleAt(db, input.slug);
    const comment = await db.find(Comment, { number: input.id, article: article.id });
    if (comment === undefined) throw new ApiError("not_found", `There is no comment ${input.id} here.`);
    if (comment.author !== principal.id) throw new ApiError("forbidden", "The comment is somebody else's.");
    await db.delete(Comment, comment.id);
  }),
];

interface CommentRow {
  readonly id: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly body: string;
  readonly username: string;
  readonly bio: string | null;
  readonly image: string | null;
  readonly following: boolean;
}

async function viewComments(db: Db, article: string, viewer: string | undefined): Promise<CommentAnswer[]> {
  const rows = await db.sql<CommentRow>`
    select c.number as id, c.created_at as "createdAt", c.updated_at as "updatedAt", c.body,
      u.username, u.bio, u.image,
      exists (select from follows f where f.followed = u.id and f.follower = ${viewer ?? null}) as following
    from comments c join users u on u.id = c.author
    where c.article = ${article}
    order by c.created_at desc, c.id desc
    limit 1000`;
  return rows.map(({ username, bio, image, following, ...comment }) => ({
    ...comment,
    author: { username, bio, image, following },
  }));
}

/** A number that no comment has had before, those deleted included. */
async function nextNumber(db: Db): Promise<number> {
  const [row] = await db.sql<{ readonly value: number }>`
    insert into counters (id, name, value, created_at, updated_at) values ('cnt_comments', 'comments', 1, now(), now())
    on conflict (name) do update set value = counters.value + 1, updated_at = now()
    returning value`;
  return row?.value ?? 0;
}
