import type { ProtoMessage, ProtoSchema } from "../../contract/proto/index.ts";

/** What the compilation of one message may ask for. */
export interface MessageScope<T> {
  readonly schema: ProtoSchema;
  /** What was compiled for another message, or for this one, which may hold itself. */
  readonly of: (name: string) => T;
}

/** Compiles something for each message of a schema when it is first asked for. Throws TypeError for an unknown name. */
export function compileMessages<T>(
  schema: ProtoSchema,
  compile: (message: ProtoMessage, scope: MessageScope<T>) => T,
): (name: string) => T {
  const compiled = new Map<string, T>();
  const of = (name: string): T => {
    let made = compiled.get(name);
    if (made === undefined) {
      const message = schema.messages[name];
      if (message === undefined) throw new TypeError(`No message ${name}`);
      made = compile(message, { schema, of });
      compiled.set(name, made);
    }
    return made;
  };
  return of;
}
