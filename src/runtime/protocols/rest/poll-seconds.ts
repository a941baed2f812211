/** Seconds after which it is worth asking again how far an operation is. */
export const POLL_SECONDS = 1;
