// Nodes that are killed, paused and restarted while bets go on: what was acknowledged stays, exactly once.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import * as form from "../support/forms.ts";
import { type Answer, expectStatus, Http } from "../support/http.ts";
import {
  betOn,
  type Bet,
  type Game,
  type Page,
  type Person,
  type Placed,
  type World,
} from "../support/people.ts";
import { expectForm, list, object, orNull, text } from "../support/shape.ts";
import { Socket } from "../support/socket.ts";
import type { NodeStatus } from "../support/system.ts";
import { waitFor } from "../support/wait-for.ts";

const statusForm = list(
  object({
    nodeId: text(/^node\d$/),
    pid: orNull(form.id),
    role: form.role,
    term: orNull(form.count),
    httpPort: form.id,
    wsPort: form.id,
    raftPort: form.id,
    commitIndex: orNull(form.count),
    appliedIndex: orNull(form.count),
    digest: orNull(form.digest),
  }),
);

/** Bets as a careful client does: the same key again until there is an answer that is one. */
class Punter {
  readonly acknowledged = new Map<number, Placed>();
  readonly #person: Person;
  readonly #game: Game;
  #stopped = false;

  constructor(person: Person, game: Game) {
    this.#person = person;
    this.#game = game;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const { body } = await this.#untilDecided(randomUUID());
      expect(this.acknowledged.has(body.bet.id)).toBe(false);
      this.acknowledged.set(body.bet.id, body);
    }
  }

  #untilDecided(key: string): Promise<Answer<Placed>> {
    return waitFor(
      "a bet is decided",
      async () => {
        const answer = await this.#attempt(key);
        if (answer === undefined || answer.status >= 500) return undefined;
        expectStatus(answer, 201);
        return answer;
      },
      40_000,
    );
  }

  async #attempt(key: string): Promise<Answer<Placed> | undefined> {
    try {
      return await this.#person.http.post<Placed>("/api/bets", betOn(this.#game, "opt1", 10), { key });
    } catch (error) {
      if (error instanceof Error && "code" in error) return undefined; // the connection was cut: not an answer
      throw error;
    }
  }
}

export function faultsSuite(world: () => World): void {
  const cluster = (...args: readonly string[]) => world().system.cluster(...args);
  const find = (nodes: readonly NodeStatus[], id: string) => nodes.find(({ nodeId }) => nodeId === id)!;
  const leaderIs = (what: string, fits: (leader: NodeStatus, all: readonly NodeStatus[]) => boolean) =>
    waitFor(
      what,
      async () => {
        const all = await world().system.status();
        const leader = all.filter(({ role }) => role === "leader").toSorted((a, b) => b.term! - a.term!)[0];
        return leader !== undefined && fits(leader, all) && { leader, all };
      },
      20_000,
    );

  describe("faults", () => {
    it("status tells of all nodes, which agree when idle", async () => {
      const nodes = await waitFor("all nodes report one digest", async () => {
        const all = await world().system.status();
        return all.every(({ digest }) => digest !== null && digest.index === all[0]!.digest!.index) && all;
      });
      expectForm(nodes, statusForm);
      expect(nodes.map(({ nodeId }) => nodeId)).toEqual(["node1", "node2", "node3"]);
      expect(new Set(nodes.map(({ digest }) => digest!.value)).size).toBe(1);
      expect(nodes.filter(({ role }) => role === "leader")).toHaveLength(1);
      for (const { httpPort } of nodes) expectStatus(await new Http(httpPort).get("/api/cluster"), 200);
      const forPeople = await cluster("status");
      for (const { nodeId } of nodes) expect(forPeople).toContain(nodeId);
    });

    it("no acknowledged bet is lost or doubled while nodes die, sleep and come back", {
      timeout: 100_000,
    }, async () => {
      const game = await world().game({ pricing: { virtualStake: 100_000_000, margin: 10_000_000 } });
      const people = await Promise.all(Array.from({ length: 4 }, () => world().richBettor()));
      const punters = people.map((person) => new Punter(person, game));
      await using watcher = await Socket.open(world().system.port);
      const going = Promise.allSettled(punters.map((punter) => punter.run()));
      const progress = async (what: string): Promise<void> => {
        const before = punters.map(({ acknowledged }) => acknowledged.size);
        await waitFor(
          `bets are taken ${what}`,
          () => punters.every(({ acknowledged }, at) => acknowledged.size > before[at]! + 2),
          20_000,
        );
      };
      try {
        await progress("at first");
        const { leader: first } = await leaderIs("there is a leader", () => true);
        await cluster("kill", "leader");
        await progress("after the leader was killed");
        const { all } = await leaderIs("there is another leader", ({ nodeId }) => nodeId !== first.nodeId);
        expectForm(all, statusForm);
        expect(find(all, first.nodeId)).toMatchObject({
          pid: null,
          role: "unknown",
          httpPort: first.httpPort,
        });
        await cluster("restart", first.nodeId);
        await leaderIs("the killed node is back", (leader, now) => {
          const back = find(now, first.nodeId);
          return back.role === "follower" && back.term === leader.term;
        });

        const { leader: second } = await leaderIs("there is a leader", () => true);
        await cluster("pause", second.nodeId);
        const from = performance.now();
        const paused = await world().system.status();
        expect(performance.now() - from).toBeLessThan(5_000);
        expectForm(paused, statusForm);
        expect(find(paused, second.nodeId).pid).toBe(second.pid);
        await progress("while the old leader sleeps");
        await cluster("resume", second.nodeId);
        await leaderIs("the sleeper follows", (leader, now) => {
          const back = find(now, second.nodeId);
          return back.role === "follower" && back.term === leader.term;
        });
        await progress("after it woke");

        const { leader: third, all: rest } = await leaderIs("there is a leader", () => true);
        const follower = rest.find(({ nodeId }) => nodeId !== third.nodeId)!;
        await cluster("kill", follower.nodeId);
        await progress("without a follower");
        await cluster("restart", follower.nodeId);
        await cluster("restart", "leader");
        await progress("after a restart of the leader");
        const crashed = (await leaderIs("there is a leader", () => true)).leader;
        process.kill(crashed.pid!, "SIGKILL");
        await progress("after a crash");
        await leaderIs("what crashed is started again by itself", (leader, now) => {
          const back = find(now, crashed.nodeId);
          return back.pid !== null && back.pid !== crashed.pid && back.term === leader.term;
        });
      } finally {
        for (const punter of punters) punter.stop();
      }
      const ends = await going;
      expect(ends.filter(({ status }) => status === "rejected")).toEqual([]);
      const nodes = await waitFor(
        "all nodes agree",
        async () => {
          const now = await world().system.status();
          const [one] = now;
          return now.every(({ digest }) => digest !== null && digest.index === one!.digest?.index) && now;
        },
        20_000,
      );
      expect(new Set(nodes.map(({ digest }) => digest!.value)).size).toBe(1);
      let total = 0;
      for (const [at, punter] of punters.entries()) {
        const acknowledged = [...punter.acknowledged.values()];
        total += acknowledged.length;
        for (const { httpPort } of nodes) {
          const found = await allBets(new Http(httpPort, people[at]!.token));
          const byId = (bets: readonly Bet[]) => bets.toSorted((a, b) => a.id - b.id);
          expect(byId(found)).toMatchObject(byId(acknowledged.map(({ bet }) => bet)));
          expect(found).toHaveLength(acknowledged.length);
        }
      }
      expect((await world().read(game.id)).totalStaked).toBe(total * 10);
      await watcher.settle().catch(() => expect(watcher.closeCode).toBeDefined());
    });

    it("commands refuse what there is not", async () => {
      for (const args of [["kill", "node9"], ["dance", "node1"], ["pause"]]) {
        await expect(cluster(...args)).rejects.toMatchObject({ code: expect.any(Number) });
      }
    });
  });
}

async function allBets(http: Http): Promise<readonly Bet[]> {
  const bets: Bet[] = [];
  let cursor: string | null = null;
  do {
    const query = `limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: Page<Bet> = (await http.get<Page<Bet>>(`/api/bets?consistency=linearizable&${query}`)).body;
    bets.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return bets;
}
