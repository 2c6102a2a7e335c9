import { afterEach, describe, expect, it } from "vitest";
import { CommandFailure } from "../src/lib/command-failure.ts";
import { runProgram } from "./support/run-program.ts";
import { type Asked, type StubAnswer, StubService, THREE_NODES } from "./support/stub-service.ts";

const OPERATOR = { QUORUMBOOK_USER: "op", QUORUMBOOK_PASSWORD: "a long enough password" };
const LOGIN = "POST /api/auth/login";

const open: StubService[] = [];

afterEach(() => {
  for (const service of open.splice(0)) service.close();
});

async function service(
  routes: Readonly<Record<string, (asked: Asked) => StubAnswer>> = {},
): Promise<StubService> {
  const all: typeof routes = {
    [LOGIN]: () => ({ body: { accessToken: "a.b.c", expiresIn: 900 } }),
    "GET /api/cluster": () => ({ body: THREE_NODES }),
    ...routes,
  };
  const made = await StubService.open((asked) => {
    const answer = all[asked.route];
    return answer?.(asked) ?? problem(404, "not_found");
  });
  open.push(made);
  return made;
}

function problem(status: number, code: string): StubAnswer {
  return { status, body: { code, title: code, detail: `because of ${code}`, status } };
}

describe("a command on a running cluster", () => {
  it("shows every node, who leads and how many more may be lost", async () => {
    const { url } = await service();
    const { out, error } = await runProgram(["status", "--url", url]);
    expect(error).toBeUndefined();
    expect(out).toMatch(/node1 +leader +yes +100 +100 +100 +0 ms +0123456789abcdef at 100/);
    expect(out).toContain(
      "node1 leads term 7; 3 of 3 voters reachable: 1 more may be lost (as node2 sees it)",
    );
    expect((await runProgram(["status", "--json", "--url", url])).json).toEqual([THREE_NODES]);
  });

  it.each([
    [1, "no further voter may be lost"],
    [2, "a majority is out of reach"],
  ])("says what it means that %i of three nodes are out of reach", async (lost, words) => {
    const nodes = THREE_NODES.nodes.map((node, at) => ({ ...node, reachable: at >= lost }));
    const { url } = await service({ "GET /api/cluster": () => ({ body: { ...THREE_NODES, nodes } }) });
    expect((await runProgram(["status", "--url", url])).out).toContain(words);
  });

  it("fails where there is no leader, after it has shown the nodes", async () => {
    const { url } = await service({ "GET /api/cluster": () => ({ body: { ...THREE_NODES, leader: null } }) });
    const { out, error } = await runProgram(["status", "--url", url]);
    expect(out).toContain("nothing can be written at the moment");
    expect(error).toBeInstanceOf(CommandFailure);
  });

  it("signs in with name and password, or uses the token that it is given", async () => {
    const remove = "DELETE /api/cluster/members/node3";
    const made = await service({ [remove]: () => ({ body: THREE_NODES }) });
    await runProgram(["members", "remove", "node3", "--url", made.url], OPERATOR);
    await runProgram(["members", "remove", "node3", "--url", made.url], { QUORUMBOOK_TOKEN: "x.y.z" });
    expect(made.asked.map(({ route, token }) => [route, token])).toEqual([
      [LOGIN, undefined],
      [remove, "a.b.c"],
      [remove, "x.y.z"],
    ]);
    expect(made.asked[0]?.body).toEqual({ username: "op", password: OPERATOR.QUORUMBOOK_PASSWORD });
  });

  it("says which variables it needs where it has none, and asks nobody", async () => {
    const made = await service();
    const { error } = await runProgram(["snapshot", "--url", made.url]);
    expect(String(error)).toContain("QUORUMBOOK_TOKEN");
    expect(made.asked).toEqual([]);
  });

  it("hands leadership to the voter with the most of the log unless told to whom", async () => {
    const made = await service({ "POST /api/cluster/leader": () => ({ body: THREE_NODES }) });
    await runProgram(["leader", "transfer", "--url", made.url], OPERATOR);
    await runProgram(["leader", "transfer", "node2", "--url", made.url], OPERATOR);
    const bodies = made.asked.filter(({ route }) => route.endsWith("/leader")).map(({ body }) => body);
    expect(bodies).toEqual([{ nodeId: "node3" }, { nodeId: "node2" }]);
  });

  it("has the book made another version", async () => {
    const made = await service({ "POST /api/cluster/version": () => ({ body: THREE_NODES }) });
    const { out, error } = await runProgram(["raise-version", "2", "--url", made.url], OPERATOR);
    expect(error).toBeUndefined();
    expect(out).toContain("version 2");
    expect(made.asked.find(({ route }) => route.endsWith("/version"))?.body).toEqual({ version: 2 });
  });

  it("waits for a learner that has not caught up, and tells how far it is", async () => {
    let tries = 0;
    const learner = { ...THREE_NODES.nodes[2], nodeId: "node4", role: "learner", lastIndex: 40 };
    const { url } = await service({
      "GET /api/cluster": () => ({ body: { ...THREE_NODES, nodes: [...THREE_NODES.nodes, learner] } }),
      "POST /api/cluster/members/node4/promote": () =>
        ++tries < 3 ? problem(409, "not_caught_up") : { body: THREE_NODES },
    });
    const { err, error } = await runProgram(["members", "promote", "node4", "--url", url], OPERATOR);
    expect(error).toBeUndefined();
    expect(err).toContain("node4 has 40 of 102 entries");
    expect(tries).toBe(3);
  });

  it("gives up on a learner that does not get there, and says that it stays one", async () => {
    const { url } = await service({
      "POST /api/cluster/members/node4/promote": () => problem(409, "not_caught_up"),
    });
    const words = ["members", "promote", "node4", "--wait", "0", "--url", url];
    expect(String((await runProgram(words, OPERATOR)).error)).toContain("stays a learner");
  });

  it("replaces a member by adding first, and goes on where an earlier try was broken off", async () => {
    let nodes: object[] = [...THREE_NODES.nodes];
    const made = await service({
      "GET /api/cluster": () => ({ body: { ...THREE_NODES, nodes } }),
      "POST /api/cluster/learners": () => {
        nodes = [...nodes, { ...THREE_NODES.nodes[2], nodeId: "node4", role: "learner" }];
        return { status: 201, body: THREE_NODES };
      },
      "POST /api/cluster/members/node4/promote": () => ({ body: THREE_NODES }),
      "DELETE /api/cluster/members/node1": () => ({ body: THREE_NODES }),
    });
    const words = ["members", "replace", "node1", "node4", "10.0.0.4:7000", "--url", made.url];
    expect((await runProgram(words, OPERATOR)).error).toBeUndefined();
    const changes = () => made.routes.filter((route) => /^(DELETE|POST \/api\/cluster)/.test(route));
    const all = [
      "POST /api/cluster/learners",
      "POST /api/cluster/members/node4/promote",
      "DELETE /api/cluster/members/node1",
    ];
    expect(changes()).toEqual(all);
    await runProgram(words, OPERATOR);
    expect(changes().slice(3)).toEqual(all.slice(1));
  });

  it("passes a refusal on with its code", async () => {
    const { url } = await service({
      "POST /api/cluster/learners": () => problem(409, "change_in_progress"),
    });
    const words = ["members", "add", "node4", "10.0.0.4:7000", "--url", url];
    expect(String((await runProgram(words, OPERATOR)).error)).toContain(
      "change_in_progress: because of change_in_progress",
    );
  });

  it("does not take a gateway's page for a refusal", async () => {
    const { url } = await service({
      "POST /api/cluster/snapshot": () => ({
        status: 502,
        body: "Bad gateway",
        headers: { "content-type": "text/plain" },
      }),
    });
    const { error } = await runProgram(["snapshot", "--url", url], OPERATOR);
    expect(String(error)).toContain("what became of the request is not known");
  });

  it("waits until a node is ready, and says what is amiss where it does not become so", async () => {
    let asked = 0;
    const { url } = await service({
      "GET /readyz": () =>
        ++asked < 3 ? { status: 503, body: { status: "starting" } } : { body: { status: "ready" } },
    });
    expect((await runProgram(["ready", url, "--json"])).json).toMatchObject([{ ready: true }]);
    expect(asked).toBe(3);
    asked = -1_000;
    expect(String((await runProgram(["ready", url, "--wait", "0"])).error)).toContain("starting");
    expect(String((await runProgram(["ready", "http://127.0.0.1:1", "--wait", "0"])).error)).toContain(
      "not ready",
    );
  });

  it("says so when nobody answers", async () => {
    const { error } = await runProgram(["status", "--url", "http://127.0.0.1:1"]);
    expect(String(error)).toContain("http://127.0.0.1:1 does not answer");
  });
});

describe("the command line", () => {
  it("explains every command, and what it needs", async () => {
    const groups = [
      [],
      ["status"],
      ["leader", "transfer"],
      ["ready"],
      ["snapshot"],
      ["backup"],
      ...["list", "add", "promote", "remove", "replace"].map((name) => ["members", name]),
      ...["verify", "restore", "recover", "log", "replay", "create-admin", "rotate-keys"].map((name) => [
        name,
      ]),
    ];
    for (const words of groups) {
      const { out, error } = await runProgram([...words, "--help"]);
      expect(error, words.join(" ")).toBeUndefined();
      expect(out).toContain(`Usage: ${["quorumbook", ...words].join(" ")}`);
      expect(out).toContain("--help");
    }
  });

  it.each([
    [["frob"], /unknown command/],
    [["members", "add", "node4"], /missing required argument/],
    [["status", "--url", "ftp://x"], /no http or https address/],
    [["status", "--what"], /unknown option/],
    [["log", "x", "--from", "many"], /no whole number/],
    [["recover", "--data", "x", "--node", "a", "--members", "a:1"], /is not id=host:port/],
    [["replay", "x", "--strategy", "luck"], /must be one of ratio\/pre/],
  ])("refuses %j with a reason", async (words, reason) => {
    const { err, error } = await runProgram(words);
    expect(error).toBeDefined();
    expect(err).toMatch(reason);
  });
});
