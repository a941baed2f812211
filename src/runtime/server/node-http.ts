/**
 * Node's own `node:http`. An `import` of it reads all its exports to make them bindings, and one of them loads undici, a whole
 * client, which took a twentieth of the start of a large service.
 */
export const { createServer, STATUS_CODES } = process.getBuiltinModule("node:http");
