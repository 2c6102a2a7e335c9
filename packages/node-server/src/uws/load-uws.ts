// uWebSockets.js, where this machine can run it. It is an optional dependency: without it a node serves REST and
// WebSocket with Node's own HTTP server and `ws`, which is the same interface at a lower speed.
//
// The module of npm is linked against glibc 2.38. On an older glibc (Debian 12 has 2.36) a changed copy is loaded,
// see rebind-glibc.ts: of a module that is known to the byte, into one that is known to the byte.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type * as Uws from "uWebSockets.js";
import { NEEDED_VERSION, rebindGlibc } from "./rebind-glibc.ts";

export type UwsModule = typeof Uws;

/** The largest request head that is read, so that what exceeds our own limit can be told so in due form. */
const HEAD_BYTES_MAX = 65_536;
/** The module's switch against naming itself in every answer. */
const SAY_NO_NAME = "999999990007";

/** SHA-256 of the modules that may be changed, and of what becomes of them. By architecture, for Node 24. */
const KNOWN: Readonly<Record<string, { readonly original: string; readonly copy: string } | undefined>> = {
  x64: {
    original: "98128405dba2fb608448e921a979530f70c946a2cc9889c15f2fa70c2d00ab05",
    copy: "337e7312c83b0df8accbe2446055c1e663ef14824712a055dfb8c34852cd8d69",
  },
  arm64: {
    original: "88618b30ddf6b2b62310db89f40a701616676352aac5e0f6184dd8ef876199ce",
    copy: "c52f98e37763f821adfd7a24445de06c5941db0bb99b92fd2ac06d5f65cd50f8",
  },
};

export interface LoadedUws {
  readonly uws: UwsModule;
  /** Whether it is the changed copy. */
  readonly rebound: boolean;
}

/** This machine cannot run it; the message says why. */
export class UwsUnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UwsUnavailableError";
  }
}

/**
 * Loads the module, once a process.
 *
 * @throws UwsUnavailableError
 */
export function loadUws(): LoadedUws {
  loaded ??= load();
  return loaded;
}

let loaded: LoadedUws | undefined;

function load(): LoadedUws {
  // Read by the module when it is loaded.
  process.env["UWS_HTTP_MAX_HEADERS_SIZE"] = String(HEAD_BYTES_MAX);
  const require = createRequire(import.meta.url);
  const found = requireUws(require);
  if ("uws" in found) return prepared(found.uws, false);
  if (!found.error.message.includes(NEEDED_VERSION)) {
    throw new UwsUnavailableError(firstLine(found.error), { cause: found.error });
  }
  const file = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;
  try {
    return prepared(loadCopy(join(dirname(require.resolve("uWebSockets.js")), file)), true);
  } catch (error) {
    throw error instanceof UwsUnavailableError
      ? error
      : new UwsUnavailableError(`its copy for an older glibc does not load: ${String(error)}`, {
          cause: error,
        });
  }
}

function requireUws(require: NodeJS.Require): { readonly uws: UwsModule } | { readonly error: Error } {
  try {
    return { uws: require("uWebSockets.js") as UwsModule };
  } catch (error) {
    return { error: error as Error };
  }
}

/** Loads the changed copy from a folder that nobody else may look into; it is gone once it is loaded. */
function loadCopy(path: string): UwsModule {
  const known = KNOWN[process.arch];
  const original = readFileSync(path);
  if (known === undefined || sha256(original) !== known.original) {
    throw new UwsUnavailableError(`it needs ${NEEDED_VERSION}, and is not the module that is known here`);
  }
  const copy = rebindGlibc(original);
  if (sha256(copy) !== known.copy) {
    throw new UwsUnavailableError("its copy for an older glibc is not what it should be");
  }
  const folder = mkdtempSync(join(tmpdir(), "quorumbook-uws-"));
  try {
    const file = join(folder, "uws.node");
    writeFileSync(file, copy, { mode: 0o600, flag: "wx" });
    const module = { exports: {} };
    process.dlopen(module, file);
    return module.exports as UwsModule;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function prepared(uws: UwsModule, rebound: boolean): LoadedUws {
  const { _cfg: configure } = uws as { _cfg?: (key: string) => void };
  configure?.(SAY_NO_NAME);
  return { uws, rebound };
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The module's own error is a page long: what went wrong stands at its end. */
function firstLine(error: Error): string {
  const lines = error.message.split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => /cannot|error|not found/i.test(line)) ?? lines[0] ?? String(error);
}
