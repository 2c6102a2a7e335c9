// A real NATS cluster for tests.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNats, requireNats } from "../../../../../scripts/nats/find-nats.ts";
import { NatsCluster } from "../../../../../scripts/nats/nats-cluster.ts";
import { freePorts } from "./cluster.ts";

const PORTS = 9;

/** Whether the program is on this machine. */
export const hasNats = findNats(process.env["PATH"] ?? "") !== undefined;

export interface TestNats {
  readonly servers: NatsCluster;
  /** For whatever else a test keeps. */
  readonly folder: string;
  stop(): Promise<void>;
}

export async function startNats(): Promise<TestNats> {
  const program = requireNats(process.env["PATH"] ?? "");
  const folder = await mkdtemp(join(tmpdir(), "quorumbook-nats-"));
  const servers = await NatsCluster.start(program, folder, await freePorts(PORTS));
  return {
    servers,
    folder,
    async stop() {
      await servers.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
