import { isPromise } from "./record.ts";

/** Goes on with what has been read, at once where it is there already. */
export function follow<T, R>(read: Promise<T> | T, next: (value: T) => R): Promise<Awaited<R>> | R {
  return isPromise(read) ? (read.then(next) as Promise<Awaited<R>>) : next(read);
}
