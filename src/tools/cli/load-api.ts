import { relative } from "node:path";
import type { Api } from "../../contract/language/index.ts";
import { compile, type Model } from "../../contract/model/index.ts";
import { checkHandlers } from "../../runtime/engine/check-handlers.ts";
import type { Service } from "../../runtime/engine/index.ts";
import { EXIT } from "./command.ts";
import { CliFailure } from "./failure.ts";
import { importModule, kindOf, resolveModulePath } from "./load-module.ts";

/** A service or contract found on disk, compiled. */
export interface LoadedApi {
  readonly api: Api;
  readonly model: Model;
  /** Absolute path of the file. */
  readonly path: string;
  /** Where the file holds a service and not only a contract. */
  readonly service?: Service;
}

/**
 * Loads a service (default export) or a contract (default export, or the file's one exported api) and compiles it.
 * Throws CliFailure, or UsageError with every mistake of the contract.
 */
export async function loadApi(target: string | undefined, cwd: string): Promise<LoadedApi> {
  const path = resolveModulePath(target, cwd, ["service", "contract"]);
  const module = await importModule(path, cwd);
  const value = module.default;
  if (isService(value)) {
    const model = compile(value.api);
    checkHandlers(model, value.handlers);
    return { api: value.api, model, path, service: value };
  }
  const apis = [...new Set(Object.values(module).filter(isApi))];
  const [api] = apis;
  if (api !== undefined && apis.length === 1) return { api, model: compile(api), path };
  throw new CliFailure({
    exitCode: EXIT.wrong,
    message:
      apis.length > 1
        ? `${relative(cwd, path)}: exports ${apis.length} contracts (${apis.map((each) => each.name).join(", ")})`
        : `${relative(cwd, path)}: exports neither a service nor a contract`,
    fix:
      apis.length > 1
        ? "make the one to use the default export"
        : "export default service(…), or export const name = api(…)",
  });
}

/** Loads the service that a module exports by default; compiles nothing. */
export async function loadService(
  target: string | undefined,
  cwd: string,
): Promise<{ readonly service: Service; readonly path: string }> {
  const path = resolveModulePath(target, cwd, ["service"]);
  const { default: value, ...named } = await importModule(path, cwd);
  if (isService(value)) return { service: value, path };
  const found = Object.values(named).some(isService)
    ? "a service under a name, but not as the default export"
    : `${value === undefined ? "no default export" : `a default export that is ${article(kindOf(value))}`}`;
  throw new CliFailure({
    exitCode: EXIT.wrong,
    message: `${relative(cwd, path)}: expected a service as default export, found ${found}`,
    fix: "export default service(contract, [handle(…), …])",
  });
}

function isService(value: unknown): value is Service {
  return kindOf(value) === "service";
}

function isApi(value: unknown): value is Api {
  return kindOf(value) === "api";
}

function article(noun: string): string {
  return noun === "nothing" ? noun : /^[aeio]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}
