import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAttachment, parseFileName, toFileName } from "./content-disposition.ts";

const bytes = (text: string) => Buffer.from(text).toString("latin1");

test("a name in ASCII is written as it is, any other in UTF-8 beside a stand-in", () => {
  assert.equal(formatAttachment("report.pdf"), 'attachment; filename="report.pdf"');
  assert.equal(
    formatAttachment("Zoë's 10% (1).pdf"),
    "attachment; filename=\"Zo_'s 10_ (1).pdf\"; filename*=UTF-8''Zo%C3%AB%27s%2010%25%20%281%29.pdf",
  );
  assert.equal(
    formatAttachment('a"b\\c\r\nX: y'),
    "attachment; filename=\"a_b_c__X: y\"; filename*=UTF-8''a%22b%5Cc%0D%0AX%3A%20y",
  );
  assert.equal(formatAttachment("€"), "attachment; filename=\"_\"; filename*=UTF-8''%E2%82%AC");
});

test("names are read back", () => {
  for (const name of ["report.pdf", "Zoë's 10% (1).pdf", "水.txt", 'a"b', "a;b=c", "😀*'"]) {
    assert.equal(parseFileName(formatAttachment(name)), name);
  }
  assert.equal(parseFileName(bytes('attachment; filename="Zoë.pdf"')), "Zoë.pdf");
  assert.equal(parseFileName('attachment; filename="Zo\u00eb.pdf"'), "Zoë.pdf");
  assert.equal(parseFileName("attachment; filename=plain.txt"), "plain.txt");
  assert.equal(parseFileName("attachment; filename*=iso-8859-1''a; filename=b"), "b");
  assert.equal(parseFileName("attachment; filename*=UTF-8''%ff; filename=b"), "b");
  assert.equal(parseFileName("attachment"), undefined);
});

test("a name has no path, no control characters and no marks that hide its end", () => {
  const cases: readonly (readonly [given: string | undefined, name: string])[] = [
    ["../../etc/passwd", "passwd"],
    ["C:\\fakepath\\x.png", "x.png"],
    ["a\u0000b\r\nc", "abc"],
    ["invoice\u202efdp.exe", "invoicefdp.exe"],
    ["..", "file"],
    ["", "file"],
    [undefined, "file"],
    ["dir/", "file"],
    [" .profile ", ".profile"],
    ["\ud800x", "\ufffdx"],
    ["😀".repeat(300), "😀".repeat(255)],
  ];
  for (const [given, name] of cases) assert.equal(toFileName(given), name);
});
