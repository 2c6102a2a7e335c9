// The commands on a stopped node's data, on data that a real store has written.
import { createWriteStream } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  type Applied,
  type Command,
  DEFAULT_PRICING,
  decodeCommand,
  encodeCommand,
  gameId,
  minorUnits,
  odds,
  userId,
} from "@quorumbook/betting-core";
import { BettingStateMachine } from "@quorumbook/node-server";
import { RaftStore } from "@quorumbook/raft-store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandFailure, EXIT_DAMAGED } from "../../src/lib/command-failure.ts";
import { runProgram } from "../support/run-program.ts";

const admin = userId("admin");
const ann = userId("ann");

let folder: string;
let dataDir: string;
let digest: string;
let last: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quorumbook-cli-"));
  dataDir = join(folder, "a");
  const machine = new BettingStateMachine();
  const store = await RaftStore.open<Command, Applied>({
    clusterId: "old",
    nodeId: "a",
    dataDir,
    members: { a: await freeAddress() },
    machine,
    codec: { encode: encodeCommand, decode: decodeCommand },
  });
  const submit = async (command: Command): Promise<void> => {
    const { result } = await store.submit(command);
    expect(result.outcome).toMatchObject({ status: "accepted" });
  };
  await submit({
    type: "openBook",
    actor: admin,
    openingBankroll: minorUnits(1_000_000),
    welcomeBalance: minorUnits(10_000),
    refuseUnsafePricing: false,
  });
  const season = async (game: number): Promise<void> => {
    await submit({
      type: "createGame",
      actor: admin,
      question: `Game ${game}`,
      category: "real",
      outcomes: ["Home", "Away"],
      pricing: DEFAULT_PRICING,
    });
    for (let bet = 0; bet < 10; bet += 1) {
      await submit({
        type: "placeBet",
        actor: ann,
        gameId: gameId(game),
        outcome: bet % 3 === 0 ? "opt2" : "opt1",
        stake: minorUnits(100 + bet),
        odds: odds(11_000),
        accept: "any",
      });
    }
    await submit({ type: "closeGame", actor: admin, gameId: gameId(game) });
    await submit({ type: "settleGame", actor: admin, gameId: gameId(game), winner: "opt1" });
  };
  await season(1);
  await store.takeSnapshot();
  const backup = await store.backup();
  await pipeline(backup?.data ?? [], createWriteStream(join(folder, "book.backup")));
  await season(2);
  digest = machine.book.digest();
  last = machine.book.index;
  await store.close();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? `127.0.0.1:${address.port}` : "";
}

describe("quorumbook verify", () => {
  it("replays snapshot and log, and finds the book that the node had", async () => {
    const { json, error } = await runProgram(["verify", dataDir, "--json"]);
    expect(error).toBeUndefined();
    expect(json).toMatchObject([
      {
        sound: true,
        identity: { clusterId: "old", nodeId: "a" },
        book: { digest, index: last, games: 2, bets: 20, accounts: 1 },
      },
    ]);
    expect((await runProgram(["verify", dataDir])).out).toContain(
      `the book agrees with itself at entry ${last}`,
    );
  });

  it("checks a backup", async () => {
    const { json, error } = await runProgram(["verify", "--backup", join(folder, "book.backup"), "--json"]);
    expect(error).toBeUndefined();
    expect(json).toMatchObject([{ sound: true, clusterId: "old", nodeId: "a" }]);
  });

  it("names file and offset of a flipped bit, with an exit code of its own", async () => {
    const copy = join(folder, "damaged");
    await cp(dataDir, copy, { recursive: true });
    const [name = ""] = (await readdir(join(copy, "snapshots"))).filter((one) => one.endsWith(".snapshot"));
    const file = join(copy, "snapshots", name);
    const bytes = await readFile(file);
    bytes[bytes.length - 40] = (bytes.at(-40) ?? 0) ^ 1;
    await writeFile(file, bytes);
    const { out, error } = await runProgram(["verify", copy]);
    expect(out).toContain(`${file}, offset `);
    expect(error).toBeInstanceOf(CommandFailure);
    expect((error as CommandFailure).exitCode).toBe(EXIT_DAMAGED);
  });

  it("refuses a backup that was cut short", async () => {
    const cut = join(folder, "cut.backup");
    const bytes = await readFile(join(folder, "book.backup"));
    await writeFile(cut, bytes.subarray(0, -10));
    expect((await runProgram(["verify", "--backup", cut])).error).toMatchObject({
      code: "RAFT_STORAGE_CORRUPT",
    });
  });
});

describe("quorumbook log", () => {
  it("prints commands from an index on, one document a line", async () => {
    const { json } = await runProgram(["log", dataDir, "--from", String(last - 1), "--json"]);
    expect(json).toMatchObject([
      { index: last - 1, type: "command", command: { type: "closeGame", gameId: 2 } },
      { index: last, type: "command", command: { type: "settleGame", winner: "opt1" } },
    ]);
  });
});

describe("quorumbook replay", () => {
  it("gives the book's own results under its own pricing", async () => {
    const [same] = (await runProgram(["replay", dataDir, "--json"])).json as [
      { original: object; replayed: object },
    ];
    expect(same.replayed).toEqual(same.original);
    expect(same.original).toMatchObject({ games: 2, bets: { taken: 20 } });
  });

  it("tells what a larger cut would have made of it", async () => {
    const words = ["replay", dataDir, "--commission", "9000", "--json"];
    const [{ original, replayed }] = (await runProgram(words)).json as [
      { original: { houseResult: number }; replayed: { houseResult: number } },
    ];
    expect(replayed.houseResult).toBeGreaterThan(original.houseResult);
    expect((await runProgram(words.slice(0, -1))).out).toMatch(/house result +-?\d+\.\d\d +-?\d+\.\d\d/);
  });
});

describe("quorumbook restore and recover", () => {
  it("makes the members of a new cluster, alike, and refuses a folder in use", async () => {
    const members = `x=${await freeAddress()},y=${await freeAddress()}`;
    const restore = (node: string) => {
      const where = ["--data", join(folder, node), "--cluster", "new", "--node", node, "--members", members];
      return runProgram(["restore", join(folder, "book.backup"), ...where, "--json"]);
    };
    const [x, y] = [await restore("x"), await restore("y")];
    expect([x.error, y.error]).toEqual([undefined, undefined]);
    expect(x.json).toMatchObject([{ from: "old", clusterId: "new", nodeId: "x" }]);
    const epochs = [x, y].map(({ json }) => (json[0] as { epoch: string }).epoch);
    expect(epochs[0]).toBe(epochs[1]);
    expect((await restore("x")).error).toMatchObject({ code: "RAFT_CONFIG_INVALID" });
  });

  it("forces a survivor on only where the loss is accepted", async () => {
    const copy = join(folder, "survivor");
    await cp(dataDir, copy, { recursive: true });
    const words = ["recover", "--data", copy, "--node", "a", "--members", `a=${await freeAddress()}`];
    expect(String((await runProgram(words)).error)).toContain("--accept-data-loss");
    const { out, error } = await runProgram([...words, "--accept-data-loss"]);
    expect(error).toBeUndefined();
    expect(out).toMatch(/a goes on from entry \d+/);
    const [report] = (await runProgram(["verify", copy, "--json"])).json;
    expect(report).toMatchObject({ sound: true, book: { digest } });
  });
});

describe("quorumbook create-admin and rotate-keys", () => {
  it("work beside the server's own data, and name the variable that is missing", async () => {
    const env = { QUORUMBOOK_AUTH_DATA: join(folder, "auth") };
    const made = await runProgram(["create-admin", "root.admin", "--json"], env);
    expect(made.json).toMatchObject([{ username: "root.admin", password: expect.any(String) as string }]);
    expect(String((await runProgram(["create-admin", "root.admin"], env)).error)).toContain("is taken");
    expect((await runProgram(["rotate-keys", "--lead", "5"], env)).out).toMatch(/^key \S+ signs from 20/);
    expect(String((await runProgram(["rotate-keys"])).error)).toContain("QUORUMBOOK_AUTH_DATA");
  });
});
