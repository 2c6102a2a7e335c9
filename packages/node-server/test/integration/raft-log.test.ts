import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openRaftLog } from "../../src/replication/raft-log.ts";
import { replicatedLogContract } from "../support/replicated-log-contract.ts";
import { freePorts } from "./support/cluster.ts";

let folder = "";

afterAll(() => rm(folder, { recursive: true, force: true }));

replicatedLogContract("the log on raft-store", async (machine) => {
  folder = await mkdtemp(join(tmpdir(), "quorumbook-log-"));
  const [port] = await freePorts(1);
  return openRaftLog(
    {
      nodeId: "node1",
      clusterId: "test",
      clusterSecret: undefined,
      dataDir: folder,
      peers: new Map([["node1", `127.0.0.1:${port}`]]),
      join: false,
      onWarning: () => undefined,
    },
    machine,
  );
});
