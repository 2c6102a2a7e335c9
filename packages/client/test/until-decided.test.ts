import { expect, test } from "vitest";
import { type Answer, type Problem, untilDecided } from "@quorumbook/client";

const accepted: Answer<string> = { ok: true, value: "placed", index: 9, commandIndex: 7 };
const problem = (code: string): Answer<string> => ({
  ok: false,
  problem: { code, status: 0, detail: code, facts: {} },
});

function scripted(answers: readonly Answer<string>[], options?: Parameters<typeof untilDecided>[2]) {
  const left = [...answers];
  let sent = 0;
  const send = async (): Promise<Answer<string>> => {
    sent += 1;
    return left.shift() ?? problem("no_leader");
  };
  const ports = { wait: async () => undefined, random: () => 0.5 };
  return untilDecided(send, ports, options).then((decision) => ({ decision, sent }));
}

test("an accepted write is decided at once", async () => {
  expect(await scripted([accepted])).toEqual({
    decision: { type: "accepted", value: "placed", index: 9, commandIndex: 7 },
    sent: 1,
  });
});

test("a refusal of the book is final", async () => {
  const { decision, sent } = await scripted([problem("stake_above_cap"), accepted]);
  expect(decision).toMatchObject({ type: "refused", problem: { code: "stake_above_cap" } });
  expect(sent).toBe(1);
});

test.each(["outcome_unknown", "network_failed", "not_understood"])(
  "after %s it is sent again until there is an answer, however long safe refusals go on",
  async (code) => {
    const busy = Array.from({ length: 30 }, () => problem("no_leader"));
    const { decision, sent } = await scripted([problem(code), ...busy, accepted]);
    expect(decision.type).toBe("accepted");
    expect(sent).toBe(32);
  },
);

test("safe refusals alone end after a while: nothing was done", async () => {
  const { decision, sent } = await scripted([]);
  expect(decision).toMatchObject({ type: "refused", problem: { code: "no_leader" } });
  expect(sent).toBe(9);
});

test("a refusal of the token after an open attempt decides nothing", async () => {
  const { decision } = await scripted([problem("outcome_unknown"), problem("unauthenticated")]);
  expect(decision).toMatchObject({ type: "undecided", problem: { code: "unauthenticated" } });
});

test("the caller may end it, and is told that it is open", async () => {
  const seen: Problem[] = [];
  const goOn = (about: Problem): boolean => seen.push(about) < 3;
  const { decision, sent } = await scripted([], { mayHaveHappened: true, goOn });
  expect(decision.type).toBe("undecided");
  expect(sent).toBe(3);
});
