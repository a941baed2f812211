/** Collects the source of functions and the values they refer to, and turns them into one running function. */
export interface Code {
  /** Makes a value known to the code; returns the name it has there. */
  bind(value: unknown): string;
  /** Adds a function of one parameter `w`; returns its name. */
  add(body: string): string;
  /** Compiles everything and returns the named function; undefined where the platform forbids making code. */
  link<Result = unknown>(name: string): ((value: unknown) => Result) | undefined;
}

/** Starts an empty {@link Code}. Names of fields get into it by {@link literal} only. */
export function createCode(): Code {
  const values: unknown[] = [];
  const lines: string[] = [];
  return {
    bind(value) {
      const name = `b${values.length}`;
      lines.push(`const ${name} = b[${values.length}];`);
      values.push(value);
      return name;
    },
    add(body) {
      const name = `f${lines.length}`;
      lines.push(`function ${name}(w) {\n${body}\n}`);
      return name;
    },
    link(name) {
      try {
        return new Function("b", `"use strict";\n${lines.join("\n")}\nreturn ${name};`)(values);
      } catch (error) {
        // A Content-Security-Policy without unsafe-eval, or an edge platform.
        if (error instanceof EvalError) return undefined;
        throw error;
      }
    },
  };
}

/** Writes a text as a literal of the code. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

/** Writes a call of the function `name` whose result goes into `to`; what it cannot do, its caller cannot either. */
export function call(name: string, from: string, to: string): string {
  return `${to} = ${name}(${from}); if (${to} === undefined) return;`;
}

/** Writes how a field is read from the object `w`: what every object inherits is not taken for a field. */
export function readField(name: string): string {
  const access = `w[${literal(name)}]`;
  return name in Object.prototype ? `(Object.hasOwn(w, ${literal(name)}) ? ${access} : undefined)` : access;
}

/** Writes the check that `w` is an object and no list; the function returns undefined for anything else. */
export const EXPECT_OBJECT = 'if (typeof w !== "object" || w === null || Array.isArray(w)) return;';

/**
 * Writes how an object is put together from variables, its keys in the order given; what may be undefined is left out.
 * `r` is the object.
 */
export function buildObject(
  fields: readonly { readonly name: string; readonly variable: string; readonly optional: boolean }[],
): string {
  const first = fields.findIndex((field) => field.optional);
  const head = first === -1 ? fields : fields.slice(0, first);
  const rest = first === -1 ? [] : fields.slice(first);
  const start = `const r = { ${head.map(({ name, variable }) => `${literal(name)}: ${variable}`).join(", ")} };`;
  const more = rest.map(({ name, variable, optional }) => {
    const set = `r[${literal(name)}] = ${variable};`;
    return optional ? `if (${variable} !== undefined) ${set}` : set;
  });
  return [start, ...more].join("\n");
}
