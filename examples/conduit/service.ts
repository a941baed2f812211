import { service } from "concordat";
import { conduit } from "./contract.ts";
import { articleHandlers } from "./handlers/articles.ts";
import { commentHandlers } from "./handlers/comments.ts";
import { profileHandlers } from "./handlers/profiles.ts";
import { userHandlers } from "./handlers/users.ts";
import { seed } from "./seed.ts";
import { authenticate } from "./tokens.ts";

export default service(
  conduit,
  [...userHandlers, ...profileHandlers, ...articleHandlers, ...commentHandlers],
  { seed, authenticate },
);
