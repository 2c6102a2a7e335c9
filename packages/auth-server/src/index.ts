// What tests and benches of other packages may use; a running system starts main.ts.
export { readConfig, VARIABLES } from "./config.ts";
export { createPasswordHasher } from "./passwords/password-hasher.ts";
export { type AuthServer, createAuthServer, type ServerOptions } from "./serve.ts";
