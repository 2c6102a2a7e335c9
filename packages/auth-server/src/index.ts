// What the command line, tests and benches of other packages may use; a running system starts main.ts.
export { readConfig, readStoreConfig, VARIABLES } from "./config.ts";
export { CommandError, createAdmin } from "./create-admin.ts";
export { ConfigError, KeyStoreError, StoreError } from "./errors.ts";
export { createPasswordHasher } from "./passwords/password-hasher.ts";
export { ROTATION_LEAD, rotateKeys } from "./rotate-keys.ts";
export { type AuthServer, createAuthServer, type ServerOptions } from "./serve.ts";
