// What a node does with servers and streams that are not as they should be; one server is enough for that. Its
// configuration is that of deploy/nats, permissions and all.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { minorUnits, SYSTEM } from "@quorumbook/betting-core";
import { jetstreamManager, StorageType } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireNats } from "../../../../../scripts/nats/find-nats.ts";
import { BettingStateMachine } from "../../../src/replication/betting-state-machine.ts";
import { type NatsLog, openNatsLog } from "../../../src/replication/nats/nats-log.ts";
import { eventually, freePorts } from "../support/cluster.ts";
import { hasNats } from "../support/nats.ts";

const EXAMPLE = new URL("../../../../../deploy/nats/nats.conf", import.meta.url);
const PASSWORD = "word-of-the-test";
const opening = {
  type: "openBook",
  actor: SYSTEM,
  openingBankroll: minorUnits(1_000_000),
  welcomeBalance: minorUnits(10_000),
  refuseUnsafePricing: false,
} as const;

let folder = "";
let port = 0;
let server: ChildProcess | undefined;

/** A signal stops a process thread by thread: on a busy machine some go on for a while. */
async function standsStill(): Promise<boolean> {
  const tasks = `/proc/${server?.pid}/task`;
  const states = await Promise.all(
    (await readdir(tasks)).map(
      async (id) => /^State:\s+(\w)/m.exec(await readFile(`${tasks}/${id}/status`, "utf8"))?.[1],
    ),
  );
  return states.every((state) => state === "T");
}

/** The example without what needs three machines or a newer program, and with an operator who may do anything. */
async function configuration(): Promise<string> {
  const { canSyncAlways } = requireNats(process.env["PATH"] ?? "");
  const [client = 0, http = 0] = await freePorts(2);
  port = client;
  let text = await readFile(EXAMPLE, "utf8");
  const replace = (what: RegExp, by: string): void => {
    expect(text).toMatch(what);
    text = text.replace(what, by);
  };
  replace(/0\.0\.0\.0:4222/, `127.0.0.1:${client}`);
  replace(/127\.0\.0\.1:8222/, `127.0.0.1:${http}`);
  replace(/\/var\/lib\/nats/, join(folder, "data"));
  replace(/^cluster \{[^}]*\}$/m, "");
  replace(/users: \[/, 'users: [ { user: "root", password: "root" }');
  if (!canSyncAlways) replace(/^ *sync_interval: always$/m, "");
  return text;
}

async function start(): Promise<void> {
  const { path } = requireNats(process.env["PATH"] ?? "");
  server = spawn(path, ["-c", join(folder, "nats.conf")], {
    env: { NATS_QUORUMBOOK_PASSWORD: PASSWORD },
    stdio: "ignore",
  });
  await eventually("the server takes connections", async () => {
    await (await connect({ servers: `127.0.0.1:${port}`, user: "root", pass: "root" })).close();
    return true;
  });
}

interface Opened {
  readonly log: NatsLog;
  readonly fatal: Promise<Error>;
}

async function open(node: string, password = PASSWORD): Promise<Opened> {
  const log = await openNatsLog(
    {
      nodeId: node,
      clusterId: "book",
      dataDir: join(folder, node),
      nats: {
        servers: [`127.0.0.1:${port}`],
        replicas: 1,
        tls: undefined,
        user: "quorumbook",
        password,
        token: undefined,
        creds: undefined,
      },
      onWarning: () => undefined,
    },
    new BettingStateMachine(),
  );
  const fatal = new Promise<Error>((resolve) => {
    log.subscribe((event) => {
      if (event.type === "fatal") resolve(event.error);
    });
  });
  return { log, fatal };
}

async function asOperator<T>(
  work: (manager: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<T>,
): Promise<T> {
  const connection = await connect({ servers: `127.0.0.1:${port}`, user: "root", pass: "root" });
  try {
    return await work(await jetstreamManager(connection));
  } finally {
    await connection.close();
  }
}

describe.skipIf(!hasNats)("a node on NATS", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "quorumbook-nats-one-"));
    await writeFile(join(folder, "nats.conf"), await configuration());
    await start();
  });
  afterAll(async () => {
    if (server !== undefined) {
      const exited = once(server, "exit");
      server.kill("SIGKILL");
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it("needs no more than the example allows it, and makes a stream that nothing can be taken out of", async () => {
    const { log } = await open("node1");
    await log.submit(opening, 5_000);
    await log.takeSnapshot();
    await log.close();
    await asOperator(async (manager) => {
      const { config } = await manager.streams.info("quorumbook_book");
      expect(config).toMatchObject({ storage: "file", deny_delete: true, deny_purge: true, max_age: 0 });
      await expect(manager.streams.purge("quorumbook_book")).rejects.toThrow();
      await expect(manager.streams.deleteMessage("quorumbook_book", 1)).rejects.toThrow();
    });
  });

  it("ends where the servers do not let it in", async () => {
    const { log, fatal } = await open("stranger", "wrong");
    expect((await fatal).message).toMatch(/authorization/i);
    await expect(log.submit(opening, 1_000)).rejects.toMatchObject({ code: "no_leader" });
    await log.close();
  });

  it("tells nothing of a command that nobody took, and does all of it later", async () => {
    const { log } = await open("node2");
    await log.barrier(5_000);
    try {
      server?.kill("SIGSTOP");
      await eventually("every thread of the server stands still", standsStill);
      await expect(log.submit(opening, 300)).rejects.toMatchObject({ code: "outcome_unknown" });
    } finally {
      server?.kill("SIGCONT");
    }
    await eventually("it goes on", async () => (await log.barrier(1_000)) > 0, 20_000);
    await log.close();
  });

  it("passes over what somebody else put into the stream", async () => {
    const { log } = await open("node3");
    const before = await log.barrier(5_000);
    await asOperator((manager) => manager.jetstream().publish("quorumbook.book.log", "hello"));
    expect(await log.barrier(5_000)).toBe(before);
    await log.close();
  });

  it("refuses another stream of the same name, also an empty one, rather than begin a new book", async () => {
    await asOperator((manager) => manager.streams.delete("quorumbook_book"));
    const gone = await open("node1");
    expect((await gone.fatal).message).toContain("which the servers do not have");
    await gone.log.close();
    const fresh = await open("node4");
    await fresh.log.submit(opening, 5_000);
    await fresh.log.close();
    const other = await open("node1");
    expect((await other.fatal).message).toContain("made at");
    await other.log.close();
  });

  it("refuses a stream in memory, and one that drops what is old", async () => {
    const remake = (more: object) =>
      asOperator(async (manager) => {
        await manager.streams.delete("quorumbook_book").catch(() => undefined);
        await manager.streams.add({ name: "quorumbook_book", subjects: ["quorumbook.book.log"], ...more });
      });
    await remake({ storage: StorageType.Memory });
    const first = await open("node5");
    expect((await first.fatal).message).toContain("not kept in files");
    await first.log.close();
    await remake({ max_msgs: 1_000 });
    const second = await open("node6");
    expect((await second.fatal).message).toContain("drops what is old");
    await second.log.close();
  });
});
