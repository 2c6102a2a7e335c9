import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { openNatsLog } from "../../../src/replication/nats/nats-log.ts";
import { replicatedLogContract } from "../../support/replicated-log-contract.ts";
import { hasNats, startNats, type TestNats } from "../support/nats.ts";

let nats: TestNats | undefined;

afterAll(() => nats?.stop());

describe.skipIf(!hasNats)("on real servers", () => {
  replicatedLogContract("the log on NATS JetStream", async (machine) => {
    nats = await startNats();
    return openNatsLog(
      {
        nodeId: "node1",
        clusterId: "test",
        dataDir: join(nats.folder, "node1"),
        nats: {
          servers: nats.servers.addresses,
          replicas: 3,
          tls: undefined,
          user: undefined,
          password: undefined,
          token: undefined,
          creds: undefined,
        },
        onWarning: () => undefined,
      },
      machine,
    );
  });
});
