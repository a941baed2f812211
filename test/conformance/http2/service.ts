import { openLibrary, type TestLibrary, type TestLibraryOptions } from "../../support/library.ts";

/** The service that the cases talk to: the test library, whose command `tidyUp` lasts until its caller is gone. */
export function openService(server: TestLibraryOptions["server"] = {}): Promise<TestLibrary> {
  return openLibrary({
    server,
    execute: ({ operation, signal }) => {
      if (operation !== "tidyUp") return undefined;
      return new Promise((resolve) => {
        const finish = () => resolve({ ok: true, kind: "none", value: undefined, replayed: false });
        if (signal?.aborted === true) finish();
        else signal?.addEventListener("abort", finish);
      });
    },
  });
}
