/**
 * Conduit: the API of the RealWorld specification, which we did not design. Its clients are there already, in every
 * framework, so its paths, envelopes, errors and tokens are what they are. The operations below are declared as any other;
 * `http` and `rest` say what REST must look like. Checked against the specification's own Postman collection: 311
 * assertions, in conduit.test.ts.
 *
 *     npm run example -- conduit
 */
import { anyone, api, bearerTokens, command, errorPart, type Infer, query, resource, t } from "concordat";

const email = t.string({ format: "email" }).example("jake@jake.jake");
const username = t.string({ minLength: 1, maxLength: 60 }).example("jake");
const password = t.string({ minLength: 8, maxLength: 200, sensitive: true }).example("jakejake");
const bio = t.text({ maxLength: 2000 }).nullable();
const image = t.string({ maxLength: 2000 }).nullable();
const title = t.string({ minLength: 1, maxLength: 200 }).example("How to train your dragon");
const description = t.string({ minLength: 1, maxLength: 500 }).example("Ever wonder how?");
const body = t.text({ minLength: 1 }).example("You have to believe");
const tag = t.string({ minLength: 1, maxLength: 60 });
const slug = t.string({ maxLength: 120 }).example("how-to-train-your-dragon-k2x9qa");

// Rows. No caller reaches them but through the operations below: the api leaves each of them without any of its own.

export const User = resource("user", {
  id: t.id("usr"),
  email: t.string({ format: "email" }).unique(),
  username: t.string({ maxLength: 60 }).unique(),
  passwordHash: t.string({ sensitive: true }).writeOnly(),
  bio,
  image,
});

export const Article = resource(
  "article",
  {
    id: t.id("art"),
    slug: t.string({ maxLength: 120 }).unique(),
    author: t.ref(() => User),
    title: t.string({ maxLength: 200 }),
    description: t.string({ maxLength: 500 }),
    body: t.text(),
  },
  { indexes: [["createdAt"], ["author", "createdAt"]] },
);

export const ArticleTag = resource(
  "articleTag",
  { id: t.id("tag"), article: t.ref(() => Article), name: t.string({ maxLength: 60 }) },
  { indexes: [["name", "article"]] },
);

export const Comment = resource(
  "comment",
  {
    id: t.id("cmt"),
    /** What callers know it by: the specification's ids are whole numbers. */
    number: t.int32().unique(),
    article: t.ref(() => Article),
    author: t.ref(() => User),
    body: t.text(),
  },
  { indexes: [["article", "createdAt"]] },
);

export const Favorite = resource(
  "favorite",
  { id: t.id("fav"), user: t.ref(() => User), article: t.ref(() => Article) },
  { indexes: [["article", "user"]] },
);

export const Follow = resource(
  "follow",
  { id: t.id("flw"), follower: t.ref(() => User), followed: t.ref(() => User) },
  { indexes: [["follower", "followed"]] },
);

/** The last number given out, by what is numbered. */
export const Counter = resource("counter", {
  id: t.id("cnt"),
  name: t.string().unique(),
  value: t.int32(),
});

// What callers see. `following` and `favorited` depend on who asks.

const UserView = t.object({
  email,
  token: t.string({ maxLength: 2000, sensitive: true }),
  username,
  bio,
  image,
});
const ProfileView = t.object({ username, bio, image, following: t.bool() });
export type Profile = Infer<typeof ProfileView>;

const summary = {
  slug,
  title,
  description,
  tagList: t.list(tag),
  createdAt: t.timestamp(),
  updatedAt: t.timestamp(),
  favorited: t.bool(),
  favoritesCount: t.int32({ minimum: 0 }),
  author: ProfileView,
};
const ArticleView = t.object({ ...summary, body });
const ArticlesView = t.object({
  articles: t.list(t.object(summary)),
  articlesCount: t.int32({ minimum: 0 }),
});
export type ArticleSummary = Infer<typeof ArticlesView>["articles"][number];

const CommentView = t.object({
  id: t.int32(),
  createdAt: t.timestamp(),
  updatedAt: t.timestamp(),
  body,
  author: ProfileView,
});
export type CommentAnswer = Infer<typeof CommentView>;

const user = { body: "user", answer: "user" } as const;
const article = { body: "article", answer: "article" } as const;

export const login = query("login", {
  description: "Exchanges an email and a password for a token.",
  input: t.object({ email, password: t.string({ maxLength: 200, sensitive: true }) }),
  output: UserView,
  access: [anyone],
  http: { ...user, method: "POST", path: "/users/login" },
});
export const createUser = command("createUser", {
  description: "Registers a new user.",
  input: t.object({ username, email, password }),
  output: UserView,
  access: [anyone],
  http: { ...user, path: "/users", status: 201 },
});
export const currentUser = query("currentUser", {
  description: "The user who calls.",
  output: UserView,
  http: { path: "/user", answer: "user" },
});
export const updateUser = command("updateUser", {
  description: "Changes the named fields of the user who calls.",
  input: t.object({
    email: email.optional(),
    username: username.optional(),
    password: password.optional(),
    bio: bio.optional(),
    image: image.optional(),
  }),
  output: UserView,
  http: { ...user, method: "PUT", path: "/user" },
});

const named = t.object({ username });
const following = { path: "/profiles/{username}/follow", answer: "profile" } as const;

export const getProfile = query("getProfile", {
  input: named,
  output: ProfileView,
  access: [anyone],
  http: { path: "/profiles/{username}", answer: "profile" },
});
export const followUser = command("followUser", {
  input: named,
  output: ProfileView,
  http: { ...following, method: "POST" },
});
export const unfollowUser = command("unfollowUser", {
  input: named,
  output: ProfileView,
  http: { ...following, method: "DELETE" },
});

const paging = {
  limit: t.int32({ minimum: 1, maximum: 100 }).default(20).describe("How many to return."),
  offset: t.int32({ minimum: 0, maximum: 100_000 }).default(0).describe("How many to pass over."),
};

export const listArticles = query("listArticles", {
  description: "Articles, the newest first.",
  input: t.object({
    tag: tag.optional().describe("Only with this tag."),
    author: username.optional().describe("Only by this user."),
    favorited: username.optional().describe("Only favorites of this user."),
    ...paging,
  }),
  output: ArticlesView,
  access: [anyone],
  http: { path: "/articles" },
});
export const feedArticles = query("feedArticles", {
  description: "Articles of those whom the caller follows, the newest first.",
  input: t.object(paging),
  output: ArticlesView,
  http: { path: "/articles/feed" },
});
export const getArticle = query("getArticle", {
  input: t.object({ slug }),
  output: ArticleView,
  access: [anyone],
  http: { path: "/articles/{slug}", answer: "article" },
});
export const createArticle = command("createArticle", {
  input: t.object({ title, description, body, tagList: t.list(tag, { maxItems: 50 }).default([]) }),
  output: ArticleView,
  http: { ...article, path: "/articles", status: 201 },
});
export const updateArticle = command("updateArticle", {
  description: "Changes the named fields of an article of the caller; a new title makes a new slug.",
  input: t.object({
    slug,
    title: title.optional(),
    description: description.optional(),
    body: body.optional(),
  }),
  output: ArticleView,
  http: { ...article, method: "PUT", path: "/articles/{slug}" },
});
export const deleteArticle = command("deleteArticle", {
  input: t.object({ slug }),
  http: { method: "DELETE", path: "/articles/{slug}" },
});
export const favoriteArticle = command("favoriteArticle", {
  input: t.object({ slug }),
  output: ArticleView,
  http: { path: "/articles/{slug}/favorite", answer: "article" },
});
export const unfavoriteArticle = command("unfavoriteArticle", {
  input: t.object({ slug }),
  output: ArticleView,
  http: { method: "DELETE", path: "/articles/{slug}/favorite", answer: "article" },
});

export const listComments = query("listComments", {
  description: "Comments on an article, the newest first.",
  input: t.object({ slug }),
  output: t.list(CommentView),
  access: [anyone],
  http: { path: "/articles/{slug}/comments", answer: "comments" },
});
export const createComment = command("createComment", {
  input: t.object({ slug, body: t.text({ minLength: 1, maxLength: 10_000 }).example("Thank you so much!") }),
  output: CommentView,
  http: { path: "/articles/{slug}/comments", body: "comment", answer: "comment" },
});
export const deleteComment = command("deleteComment", {
  input: t.object({ slug, id: t.int32({ minimum: 1 }) }),
  http: { method: "DELETE", path: "/articles/{slug}/comments/{id}" },
});

export const listTags = query("listTags", {
  description: "All tags, by name.",
  output: t.list(tag),
  access: [anyone],
  http: { path: "/tags", answer: "tags" },
});

export const conduit = api("conduit", {
  title: "Conduit",
  description: "A blogging platform: the API of the RealWorld specification.",
  versions: { v1: "2021-01-01" },
  resources: [User, Article, ArticleTag, Comment, Favorite, Follow, Counter],
  only: { user: [], article: [], articleTag: [], comment: [], favorite: [], follow: [], counter: [] },
  operations: [
    ...[login, createUser, currentUser, updateUser],
    ...[getProfile, followUser, unfollowUser],
    ...[listArticles, feedArticles, getArticle, createArticle, updateArticle, deleteArticle],
    ...[favoriteArticle, unfavoriteArticle],
    ...[listComments, createComment, deleteComment],
    listTags,
  ],
  authentication: [
    bearerTokens({ scheme: "Token", format: "JWT", description: "From `POST /users/login`." }),
  ],
  rest: {
    prefix: "/api",
    timestamps: "milliseconds",
    // Clients send more than an operation takes: the collection follows a profile with a body.
    unknownFields: "ignore",
    errors: {
      body: { errors: errorPart.messagesByField("body") },
      // The specification knows 422 for whatever is wrong with a request.
      statuses: { malformed_request: 422, invalid_parameter: 422, already_exists: 422 },
    },
  },
});
