import type { Random } from "../season/random.ts";
import type { Session } from "../season/session.ts";
import type { Quote, Segment } from "./history.ts";

const LIFE_MS_MAX = 4_000;
/** How far back a connection resumes at most, in log indexes. */
const BACK_MAX = 4_000;
const SIGN_OFF_MS = 2_000;

interface Heard {
  readonly type: string;
  readonly index?: number;
  readonly gameId?: number;
  readonly version?: number;
  readonly replay?: boolean;
}

const SNAPSHOTS = new Set(["snapshot", "personalSnapshot"]);
const IN_STREAMS =
  /^(gameCreated|gameSuspended|gameResumed|gameClosed|gameSettled|gameVoided|outcomeWithdrawn|betConfirmed|betSettled|balanceChanged)$/;

/** Connects to one node after another, resumes anywhere, and writes down what it is told. */
export class Listener {
  readonly segments: Segment[] = [];
  readonly quotes: Quote[] = [];
  readonly #sockets: ReadonlyMap<string, string>;
  readonly #sessions: readonly Session[];
  readonly #random: Random;
  /** The newest log index that anybody was told of. */
  readonly #newest: () => number;

  /** @param sockets addresses by node */
  constructor(
    sockets: ReadonlyMap<string, string>,
    sessions: readonly Session[],
    random: Random,
    newest: () => number,
  ) {
    this.#sockets = sockets;
    this.#sessions = sessions;
    this.#random = random;
    this.#newest = newest;
  }

  async run(until: () => boolean): Promise<void> {
    while (!until()) {
      const [node, url] = this.#random.pick([...this.#sockets]);
      const from = Math.max(0, this.#newest() - this.#random.int(0, BACK_MAX));
      const session = this.#random.chance(60) ? this.#random.pick(this.#sessions) : undefined;
      await this.listen(node, url, session, from, this.#random.int(100, LIFE_MS_MAX));
    }
  }

  /** @param session whose personal stream it is to be; the public one without */
  async listen(
    node: string,
    url: string,
    session: Session | undefined,
    from: number,
    lifeMs: number,
  ): Promise<void> {
    const token = await session?.client.session.token();
    const heard: Heard[] = [];
    const socket = new WebSocket(url);
    const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
    const signedOff = new Promise<void>((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(String(data)) as Heard;
        heard.push(message);
        if (message.type === "pong") resolve();
      });
    });
    socket.addEventListener("open", () => {
      const ask = session ? { type: "authenticate", token, from } : { type: "subscribe", games: "all", from };
      socket.send(JSON.stringify(ask));
    });
    await Promise.race([closed, pause(lifeMs)]);
    if (socket.readyState === WebSocket.OPEN) {
      socket.send('{"type":"ping"}');
      await Promise.race([closed, signedOff, pause(SIGN_OFF_MS)]);
    }
    socket.close();
    this.#take(node, session?.username ?? "public", from, heard);
  }

  #take(node: string, stream: string, from: number, heard: readonly Heard[]): void {
    const begun = heard.find(({ type }) => type === "subscribed" || type === "authenticated");
    if (begun === undefined) return;
    const snapshot = heard.find(({ type }) => SNAPSHOTS.has(type));
    const messages = heard
      .filter(({ type }) => IN_STREAMS.test(type))
      .map((message) => ({ index: message.index ?? 0, text: unmarked(message) }));
    // What comes with a pong behind it is all there was. A connection that was cut may have lost the rest of its last index,
    // and of what it was to be told of the time before it, whatever index it began with.
    const whole = heard.some(({ type }) => type === "pong");
    const last = messages.at(-1)?.index ?? 0;
    const through = whole ? Math.max(begun.index ?? 0, last) : last - 1;
    this.segments.push({ node, stream, from: snapshot?.index ?? from, through, messages });
    for (const message of heard) {
      const { type, gameId, version } = message;
      if (type !== "oddsChanged" || gameId === undefined || version === undefined) continue;
      this.quotes.push({ node, gameId, version, text: unmarked(message) });
    }
  }
}

/** A message is the same whether it was missed or not. */
function unmarked(message: Heard): string {
  return JSON.stringify({ ...message, replay: undefined });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
