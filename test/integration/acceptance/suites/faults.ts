// Nodes that are killed, paused and restarted while bets go on: what was acknowledged stays, exactly once.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import * as form from "../support/forms.ts";
import { type Answer, commandIndex, expectStatus, Http, type Problem } from "../support/http.ts";
import { without } from "../support/without.ts";
import {
  betOn,
  type Bet,
  type Game,
  type Page,
  type Person,
  type Placed,
  type World,
  newKey,
  place,
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
  /** What was answered under which key. */
  readonly answers = new Map<string, Answer<Placed>>();
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
      const key = randomUUID();
      const answer = await this.#untilDecided(key);
      expect(this.acknowledged.has(answer.body.bet.id)).toBe(false);
      this.acknowledged.set(answer.body.bet.id, answer.body);
      this.answers.set(key, answer);
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
  /** Waits for a leader that fits, asking the nodes themselves: quicker than the command, which has its own tests. */
  const leaderIs = (
    what: string,
    nodes: readonly NodeStatus[],
    fits: (leader: Role, all: readonly Role[]) => boolean,
  ): Promise<Role> =>
    waitFor(
      what,
      async () => {
        const roles = (await Promise.all(nodes.map(roleOf))).filter((role) => role !== undefined);
        const leader = roles.filter(({ role }) => role === "leader").toSorted((x, y) => y.term - x.term)[0];
        return leader !== undefined && fits(leader, roles) && leader;
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
      // Mostly the starts of processes, which on a busy machine take their time.
      timeout: 240_000,
    }, async () => {
      const game = await world().game({ pricing: { virtualStake: 100_000_000, margin: 10_000_000 } });
      const people = await Promise.all(Array.from({ length: 4 }, () => world().richBettor()));
      const punters = people.map((person) => new Punter(person, game));
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
        const nodes = await world().system.status();
        const any = () => leaderIs("there is a leader", nodes, () => true);
        const follows = (id: string) =>
          leaderIs(`${id} follows`, nodes, (leader, all) =>
            all.some(
              ({ nodeId, role, term }) => nodeId === id && role === "follower" && term === leader.term,
            ),
          );

        const killed = (await any()).nodeId;
        const survivor = nodes.find(({ nodeId }) => nodeId !== killed)!;
        await using watcher = await Socket.open(survivor.wsPort);
        await cluster("kill", "leader");
        await progress("after the leader was killed");
        await leaderIs("there is another leader", nodes, ({ nodeId }) => nodeId !== killed);
        await watcher.next(
          ({ type, leader }) => type === "clusterChanged" && leader !== killed && leader !== null,
        );
        const down = await world().system.status();
        expectForm(down, statusForm);
        expect(find(down, killed)).toMatchObject({
          ...portsOf(find(nodes, killed)),
          pid: null,
          role: "unknown",
        });
        await cluster("restart", killed);
        await follows(killed);

        const paused = (await any()).nodeId;
        await cluster("pause", paused);
        const from = performance.now();
        const asleep = await world().system.status();
        expect(performance.now() - from).toBeLessThan(5_000);
        expectForm(asleep, statusForm);
        expect(find(asleep, paused).pid).not.toBeNull();
        await progress("while the old leader sleeps");
        await cluster("resume", paused);
        await follows(paused);

        const stopped = (await any()).nodeId;
        await cluster("restart", stopped);
        await progress("after a restart of the leader");
        await follows(stopped);

        const crashed = (await any()).nodeId;
        const { pid } = find(await world().system.status(), crashed);
        process.kill(pid!, "SIGKILL");
        await progress("after a crash");
        await follows(crashed);
        const back = find(await world().system.status(), crashed);
        expect(back).toMatchObject(portsOf(find(nodes, crashed)));
        expect(back.pid).not.toBe(pid);
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

      // However many fail-overs lie between: the same key, the same outcome, on every node.
      for (const [at, punter] of punters.entries()) {
        const answers = [...punter.answers];
        for (const [key, first] of [...answers.slice(0, 3), ...answers.slice(-3)]) {
          for (const { httpPort } of nodes) {
            const again = await new Http(httpPort, people[at]!.token).post<Placed>(
              "/api/bets",
              betOn(game, "opt1", 10),
              { key },
            );
            expectStatus(again, 201);
            expect(without(again.body, "game")).toEqual(without(first.body, "game"));
            expect(commandIndex(again)).toBe(commandIndex(first));
          }
        }
      }
      expect((await world().read(game.id)).totalStaked).toBe(total * 10);

      const last = Math.max(
        ...punters.flatMap(({ acknowledged }) => [...acknowledged.values()].map(({ bet }) => bet.index)),
      );
      for (const { httpPort, wsPort } of nodes) {
        const history = await new Http(httpPort).get<{ items: { index: number; odds: number[] }[] }>(
          `/api/games/${game.id}/odds-history?consistency=linearizable`,
        );
        expectForm(history.body, form.oddsHistory);
        const { items } = history.body;
        expect(items.length).toBeLessThanOrEqual(1_000);
        expect(items[0]!.odds).toEqual(game.outcomes.map(({ odds }) => odds));
        expect(items.at(-1)!.index).toBe(last);
        // A client that was away all the time: what it missed, or where the node lacks it the game as it is.
        await using socket = await Socket.open(wsPort);
        await socket.ask({ type: "subscribe", games: [game.id], from: items[0]!.index }, "subscribed");
        await socket.settle();
        const now = await world().read(game.id);
        const [snapshot] = socket.all("snapshot");
        if (snapshot === undefined) {
          const newest = socket.all("oddsChanged").at(-1);
          expect(newest).toMatchObject({ replay: true, version: now.version, totalStaked: now.totalStaked });
        } else expect(snapshot["games"]).toEqual([now]);
      }
    });

    it("without a majority there are reads and no writes, and the key tells later what became of them", {
      timeout: 240_000,
    }, async () => {
      const bettor = await world().bettor();
      const game = await world().game();
      await place(bettor, betOn(game, "opt2", 10));
      const nodes = await world().system.status();
      const [alone, ...others] = nodes as [NodeStatus, NodeStatus, NodeStatus];
      for (const { nodeId } of others) await cluster("kill", nodeId);
      const node = new Http(alone.httpPort, bettor.token);
      const key = newKey();
      const from = performance.now();
      const refused = await node.post<Problem>("/api/bets", betOn(game, "opt1", 10), { key });
      expect(performance.now() - from).toBeLessThan(6_500);
      expectStatus(refused, 503);
      expect(["no_leader", "outcome_unknown"]).toContain(refused.body.code);
      const linearizable = await node.get<Problem>(`/api/games/${game.id}?consistency=linearizable`);
      expectStatus(linearizable, 503);
      expect(["no_leader", "replica_behind"]).toContain(linearizable.body.code);
      expectStatus(await node.get(`/api/games/${game.id}`), 200);
      await using socket = await Socket.open(alone.wsPort);
      await socket.ask({ type: "authenticate", token: bettor.token }, "authenticated");
      const rejected = await socket.ask(
        { type: "placeBet", requestId: newKey(), ...betOn(game, "opt1", 20) },
        "betRejected",
      );
      expect(["no_leader", "outcome_unknown"]).toContain(rejected["code"]);

      await Promise.all(others.map(({ nodeId }) => cluster("restart", nodeId)));
      await leaderIs("there is a leader again", nodes, () => true);
      const resolved = await waitFor("the bet is decided", async () => {
        const answer = await bettor.http.post<Placed>("/api/bets", betOn(game, "opt1", 10), { key });
        return answer.status === 201 && answer;
      });
      const mine = await allBets(bettor.http);
      expect(mine.filter(({ stake, outcome }) => stake === 10 && outcome === "opt1")).toMatchObject([
        resolved.body.bet,
      ]);
      // No leader: nothing was written then, so nothing may come of it now.
      if (rejected["code"] === "no_leader") expect(mine.filter(({ stake }) => stake === 20)).toEqual([]);
    });

    it("commands refuse what there is not", async () => {
      for (const args of [["kill", "node9"], ["dance", "node1"], ["pause"]]) {
        await expect(cluster(...args)).rejects.toMatchObject({ code: expect.any(Number) });
      }
    });
  });
}

interface Role {
  readonly nodeId: string;
  readonly role: string;
  readonly term: number;
}

const portsOf = ({ httpPort, wsPort, raftPort }: NodeStatus) => ({ httpPort, wsPort, raftPort });

/** What the node says of itself; undefined where it says nothing. */
async function roleOf({ nodeId, httpPort }: NodeStatus): Promise<Role | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${httpPort}/api/cluster`, {
      signal: AbortSignal.timeout(500),
    });
    const { term, nodes } = (await answer.json()) as { term: number; nodes: readonly Role[] };
    const self = nodes.find((one) => one.nodeId === nodeId);
    return self === undefined ? undefined : { nodeId, role: self.role, term };
  } catch {
    return undefined; // it is down, asleep or still starting
  }
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
