/**
 * Node's own `request`. Not by an import, which would ask `node:http` for everything it exports: one of these is the whole of `fetch`,
 * 40 ms and 16 MiB at every start of a server.
 */
export const { request: httpRequest } = process.getBuiltinModule('node:http')
