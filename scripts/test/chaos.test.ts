import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { chaosCommand } from "../chaos/chaos-command.ts";
import { reportChaos, reportTable } from "../chaos/chaos-report.ts";
import { countOpen, type Event, feel } from "../chaos/events.ts";
import { faults } from "../chaos/faults.ts";
import type { ChaosOutcome } from "../chaos/run-chaos.ts";
import { planRound } from "../chaos/schedule.ts";
import type { Outcome, Write } from "../consistency/history.ts";
import { projectRoot } from "../lib/source-paths.ts";
import { seededRandom } from "../season/random.ts";

const accepted: Outcome = { type: "accepted", index: 1, commandIndex: 1, balance: 0, seq: 1 };

function write(returnedAt: number, outcome: Outcome = accepted, rest: Partial<Write> = {}): Write {
  return {
    type: "write",
    client: "ann",
    node: "entry",
    invokedAt: returnedAt - 5,
    returnedAt,
    key: `key-${returnedAt}`,
    move: "deposit",
    amount: 1,
    outcome,
    ...rest,
  };
}

const event: Event = {
  fault: "kill-leader",
  what: "node1",
  begunAt: 100,
  healedAt: 300,
  wholeAt: 400,
};

describe("what clients felt of a fault", () => {
  it("is the longest time without an accepted write from its begin until all is whole", () => {
    const operations = [50, 90, 250, 330, 390, 405, 900].map((at) => write(at));
    expect(feel([event], operations, "entry")).toMatchObject([
      { heldMs: 200, recoveryMs: 100, outageMs: 160 },
    ]);
  });

  it("is not shortened by what was accepted elsewhere, nor by what was refused", () => {
    const elsewhere = write(150, accepted, { node: "node2" });
    const refused = write(200, { type: "nothing", code: "no_leader" });
    const [felt] = feel([event], [write(90), elsewhere, refused, write(390), write(450)], "entry");
    expect(felt).toMatchObject({ outageMs: 300, refused: 1, open: 0 });
  });

  it("is without end where nothing was accepted any more", () => {
    expect(feel([event], [write(90)], "entry")[0]?.outageMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("counts a key as found out once any attempt of it was decided", () => {
    const open: Outcome = { type: "open", code: "outcome_unknown" };
    const operations = [write(1, open), write(2, accepted, { key: "key-1" }), write(3, open)];
    expect(countOpen(operations)).toEqual({ keys: 2, found: 1 });
  });
});

describe("a round", () => {
  it("has every fault once, in another order for another seed, and the same for the same", () => {
    const order = (seed: number) => planRound(faults, seededRandom(seed)).map(({ fault }) => fault.name);
    expect(order(1).toSorted()).toEqual(faults.map(({ name }) => name).toSorted());
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
  });
});

describe("the report", () => {
  const [felt] = feel(
    [event],
    [90, 250, 500].map((at) => write(at)),
    "entry",
  );
  const outcome: ChaosOutcome = {
    rounds: 1,
    felt: felt === undefined ? [] : [felt, { ...felt, outageMs: 400 }],
    operations: 3,
    acknowledged: 3,
    streams: { connections: 0, messages: 0 },
    open: { keys: 0, found: 0 },
    digestsEqual: true,
    violations: [],
  };

  it("has one row for each kind of fault, with the median and the longest", () => {
    const report = reportChaos(outcome, 1, 10, new Map());
    expect(report.kinds).toMatchObject([
      { fault: "kill-leader", count: 2, outageMs: { median: 250, max: 400 } },
    ]);
    expect(report.passed).toBe(true);
    expect(reportTable(report)).toMatch(/kill-leader +2 +200 \/ 200 +250 \/ 400/);
  });

  it.each([
    ["a violation", { violations: ["something is lost"] }],
    ["digests that differ", { digestsEqual: false }],
    ["no fault at all", { felt: [] }],
    [
      "a fault after which no write was accepted",
      { felt: outcome.felt.map((one) => ({ ...one, outageMs: Infinity })) },
    ],
  ])("does not pass with %s", (_what, change) => {
    expect(reportChaos({ ...outcome, ...change }, 1, 10, new Map()).passed).toBe(false);
  });
});

describe("the command", () => {
  const run = async (...argv: string[]) => {
    let text = "";
    const code = await chaosCommand(
      argv,
      {},
      (said) => (text += said),
      () => undefined,
    );
    return { code, text };
  };

  it("lists every fault in its help", async () => {
    const { code, text } = await run("--help");
    expect(code).toBe(0);
    for (const { name } of faults) expect(text).toContain(`  ${name} `);
  });

  it("refuses a fault that there is none of, and a time that is none", async () => {
    await expect(run("--faults", "earthquake")).rejects.toThrow(
      /no fault "earthquake"; there are kill-leader/,
    );
    await expect(run("--minutes", "0")).rejects.toThrow("--minutes must be a number above 0");
    await expect(run("--seed", "-1")).rejects.toThrow(/--seed/);
  });
});

describe("a wire", () => {
  it("passes everything on in order, as late as it is told to, and the end after it", async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const behind = String((server.address() as AddressInfo).port);
    const script = join(projectRoot, "scripts/chaos/wire.ts");
    const wire = spawn(process.execPath, [script, "127.0.0.1", "0", behind], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [said] = (await once(wire.stdout, "data")) as [Buffer];
    const port = Number(said.toString().split(" ")[1]);
    const delayMs = 60;
    wire.stdin.write(`${JSON.stringify({ delayMs, jitterMs: 40 })}\n`);
    // The order is taken once what follows it on the same pipe would be; a first exchange waits for that.
    const echo = async (text: string): Promise<{ text: string; ms: number }> => {
      const socket = connect(port, "127.0.0.1");
      const began = performance.now();
      for (const letter of text) socket.write(letter);
      socket.end();
      const got = await buffer(socket);
      return { text: got.toString(), ms: performance.now() - began };
    };
    await expect.poll(async () => (await echo("x")).ms).toBeGreaterThan(2 * delayMs);
    const text = "0123456789".repeat(50);
    const answer = await echo(text);
    expect(answer.text).toBe(text);
    expect(answer.ms).toBeGreaterThan(2 * delayMs);
    wire.stdin.end();
    await once(wire, "exit");
    server.close();
  });
});
