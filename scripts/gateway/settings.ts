import { readFileSync } from "node:fs";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface GatewaySettings {
  readonly host: string;
  readonly port: number;
  readonly auth: Address;
  readonly nodes: readonly Address[];
  /** Where a demonstration is controlled; undefined: there is none. */
  readonly demo: Address | undefined;
}

/** @throws CommandError (exit 78) that names the variable */
export function readGatewaySettings(env: Readonly<Record<string, string | undefined>>): GatewaySettings {
  return {
    host: env["QUORUMBOOK_HOST"] ?? "127.0.0.1",
    port: readPort("QUORUMBOOK_GATEWAY_PORT", env["QUORUMBOOK_GATEWAY_PORT"] ?? ""),
    auth: readAddress("QUORUMBOOK_GATEWAY_AUTH", env["QUORUMBOOK_GATEWAY_AUTH"] ?? ""),
    demo: readOptionalAddress("QUORUMBOOK_GATEWAY_DEMO", env["QUORUMBOOK_GATEWAY_DEMO"]),
    nodes: readNodes(env),
  };
}

/** From a list, or from a file with one address a line, which may be another at each reading. */
function readNodes(env: Readonly<Record<string, string | undefined>>): readonly Address[] {
  const file = env["QUORUMBOOK_GATEWAY_NODES_FILE"];
  if (file === undefined || file === "") {
    const list = (env["QUORUMBOOK_GATEWAY_NODES"] ?? "").split(",");
    return list.map((text) => readAddress("QUORUMBOOK_GATEWAY_NODES", text));
  }
  let lines: string[];
  try {
    lines = readFileSync(file, "utf8").trim().split("\n");
  } catch (error) {
    throw new CommandError(`QUORUMBOOK_GATEWAY_NODES_FILE: ${String(error)}`, exitCodes.config, {
      cause: error,
    });
  }
  return lines.map((text) => readAddress("QUORUMBOOK_GATEWAY_NODES_FILE", text.trim()));
}

function readOptionalAddress(name: string, text: string | undefined): Address | undefined {
  return text === undefined || text === "" ? undefined : readAddress(name, text);
}

function readAddress(name: string, text: string): Address {
  const colon = text.lastIndexOf(":");
  const host = text.slice(0, Math.max(0, colon));
  if (host === "") throw new CommandError(`${name}: "${text}" is not host:port`, exitCodes.config);
  return { host, port: readPort(name, text.slice(colon + 1)) };
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new CommandError(`${name}: "${text}" is not a port`, exitCodes.config);
}
