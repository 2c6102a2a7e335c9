import { describe, expect, test } from "vitest";
import {
  greetAsDialer,
  greetAsListener,
  type GreetingStep,
  type Self,
} from "../../src/transport/greeting.ts";
import { decodeHandshake, encodeHandshake, PROTOCOL_VERSION } from "../../src/transport/handshake.ts";
import { nodeId } from "../../src/units.ts";

function self(id: string, options: Partial<Self> = {}): Self {
  return {
    clusterId: "c",
    nodeId: nodeId(id),
    incarnation: `${id}-1`,
    epoch: "",
    secret: "shared",
    ...options,
  };
}

/** Lets the two talk until both are done; returns the last step of each. */
async function greet(
  dialer: Self,
  listener: Self,
  options: { to?: string; admit?: () => Promise<string | undefined> } = {},
): Promise<{ dialer: GreetingStep; listener: GreetingStep }> {
  const admit = options.admit ?? (async () => undefined);
  const calling = greetAsDialer(dialer, nodeId(options.to ?? listener.nodeId), admit);
  const called = greetAsListener(listener, {
    isPeer: (id) => id === "a" || id === "b",
    certifies: () => true,
    admit,
  });
  const last: { dialer: GreetingStep; listener: GreetingStep } = { dialer: {}, listener: {} };
  for (let next: Uint8Array | undefined = calling.hello; next !== undefined; ) {
    last.listener = await called.take(next);
    if (last.listener.reply === undefined) break;
    last.dialer = await calling.take(last.listener.reply);
    next = last.dialer.reply;
  }
  return last;
}

describe("two nodes that greet", () => {
  test("admit each other when cluster, ids and secret are right", async () => {
    expect(await greet(self("a"), self("b"))).toMatchObject({
      dialer: { admitted: "b" },
      listener: { admitted: "a" },
    });
    expect(await greet(self("a"), self("b"))).toMatchObject({ dialer: { admitted: "b" } });
  });

  test("a newer program that still speaks this version is spoken to in it", async () => {
    const called = greetAsListener(self("b"), {
      isPeer: () => true,
      certifies: () => true,
      admit: async () => undefined,
    });
    const hello = decodeHandshake(greetAsDialer(self("a"), nodeId("b"), async () => undefined).hello);
    const newer = { ...hello, version: PROTOCOL_VERSION + 1, versionMin: 1 } as typeof hello;
    const { reply } = await called.take(encodeHandshake(newer));
    expect(decodeHandshake(reply as Uint8Array)).toMatchObject({
      type: "welcome",
      version: PROTOCOL_VERSION,
    });
  });

  test.each([
    ["another cluster's", self("a", { clusterId: "other" }), /cluster other/],
    ["a stranger's", self("x"), /no member/],
    ["a wrong secret's", self("a", { secret: "guess" }), /secret/],
    ["no id at all", self("a", { nodeId: "../.." as never }), /not a node id|no member/],
  ])("refuse %s hand", async (_what, dialer, reason) => {
    const { dialer: heard } = await greet(dialer, self("b"));
    expect(heard).toMatchObject({ refusal: expect.stringMatching(reason) as string });
  });

  test("notice that another node answers at the address", async () => {
    const { listener } = await greet(self("a"), self("b"), { to: "c" });
    expect(listener).toMatchObject({ refusal: expect.stringContaining("meant for c") as string });
  });

  test("refuse whom the node itself does not admit, on either side", async () => {
    const refused = await greet(self("a"), self("b"), { admit: async () => "other data than before" });
    expect(refused.dialer).toMatchObject({ refusal: "other data than before" });
  });

  test("speak the newest version that both know, or not at all", async () => {
    const called = greetAsListener(self("b"), {
      isPeer: () => true,
      certifies: () => true,
      admit: async () => undefined,
    });
    const hello = decodeHandshake(greetAsDialer(self("a"), nodeId("b"), async () => undefined).hello);
    expect(
      await called.take(encodeHandshake({ ...hello, version: 99, versionMin: 98 } as typeof hello)),
    ).toMatchObject({
      refusal: expect.stringContaining("versions 98 to 99") as string,
    });
  });

  test("do not take a listener's own proof for the dialler's, nor one step for another", async () => {
    const called = greetAsListener(self("b"), {
      isPeer: () => true,
      certifies: () => true,
      admit: async () => undefined,
    });
    const { hello } = greetAsDialer(self("a"), nodeId("b"), async () => undefined);
    const welcome = decodeHandshake((await called.take(hello)).reply ?? new Uint8Array());
    if (welcome.type !== "welcome") throw new Error("a welcome was expected");
    const mirrored = encodeHandshake({ type: "proof", proof: welcome.proof });
    expect(await called.take(mirrored)).toMatchObject({
      refusal: expect.stringContaining("secret") as string,
    });
    expect(await called.take(hello)).toMatchObject({ refusal: "a hello is out of place" });
  });

  test("refuse what is no handshake", async () => {
    const called = greetAsListener(self("b"), {
      isPeer: () => true,
      certifies: () => true,
      admit: async () => undefined,
    });
    for (const text of ["", "{", "[]", "null", '{"protocol":"quorumbook-raft","type":"hello","version":1}']) {
      expect(await called.take(Buffer.from(text))).toHaveProperty("refusal");
    }
  });
});
