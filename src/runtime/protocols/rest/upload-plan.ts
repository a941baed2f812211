import type { OperationModel } from "../../../contract/model/model.ts";
import type { FieldNode, FileNode } from "../../../contract/schema/index.ts";

/** How an operation takes files. */
export interface UploadPlan {
  /** Input fields that are files, by name. */
  readonly files: ReadonlyMap<string, FileNode>;
  /** The other fields that come in the body. */
  readonly fields: ReadonlyMap<string, FieldNode>;
  /** The file that the whole body may be: the one that has to come, or the only one, where nothing else has to. */
  readonly whole: { readonly name: string; readonly type: FileNode } | undefined;
  /** Whether the input can do without a file, so that JSON can say it. */
  readonly optional: boolean;
  /** Bytes of the whole body: the files, the fields, and what stands between them. */
  readonly maxBytes: number;
}

/** Media types of bodies with files, for those who ask what is taken. */
export function uploadTypes(plan: UploadPlan | undefined): readonly string[] {
  if (plan === undefined) return [];
  return [
    "multipart/form-data",
    ...(plan.whole === undefined ? [] : (plan.whole.type.mediaTypes ?? ["*/*"])),
  ];
}

/** Works out how an operation takes files; undefined where its input has none. */
export function planUpload({ input, http, maxBodyBytes }: OperationModel): UploadPlan | undefined {
  const elsewhere = [...(http?.parameters ?? []), ...(http?.query ?? [])];
  const inBody = Object.entries(input?.fields ?? {}).filter(([name]) => !elsewhere.includes(name));
  const files = new Map<string, FileNode>();
  const required: string[] = [];
  const fields = new Map<string, FieldNode>();
  let maxBytes = maxBodyBytes;
  for (const [name, field] of inBody) {
    if (field.type.kind !== "file") {
      fields.set(name, field);
      continue;
    }
    files.set(name, field.type);
    maxBytes += field.type.maxBytes;
    if (!field.optional) required.push(name);
  }
  if (files.size === 0) return undefined;
  const free = [...fields.values()].every((field) => field.optional || field.default !== undefined);
  const candidates = required.length > 0 ? required : [...files.keys()];
  const [name = ""] = candidates;
  const type = free && candidates.length === 1 ? files.get(name) : undefined;
  return {
    files,
    fields,
    whole: type && { name, type },
    optional: required.length === 0,
    maxBytes,
  };
}
