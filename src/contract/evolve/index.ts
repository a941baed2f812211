export { checkLock, LOCK_FILE, type Lock, protoLockOf, updateLock } from "./lock.ts";
export { formatLock, parseLock } from "./lock-text.ts";
