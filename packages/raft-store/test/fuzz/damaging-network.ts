import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Random } from "../../src/core/random.ts";
import { chance } from "../../src/sim/chance.ts";
import { damaged } from "./mutations.ts";

/** Of the pieces that pass through: few enough for a leader to be elected now and then. */
const DAMAGED_PART = 0.004;

/** Ways from one node to another, each a relay that damages some of what goes through it. */
export class DamagingNetwork {
  damages = false;
  readonly #random: Random;
  readonly #tally: { piecesDamaged: number };
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(random: Random, tally: { piecesDamaged: number }) {
    this.#random = random;
    this.#tally = tally;
  }

  async wayTo(address: string): Promise<string> {
    const port = Number(address.split(":").at(-1));
    const server = createServer((near) => {
      const far = connect({ host: "127.0.0.1", port });
      this.#relay(near, far);
      this.#relay(far, near);
    });
    this.#servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  #relay(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("data", (piece: Buffer) => {
      const hit = this.damages && chance(this.#random, DAMAGED_PART);
      if (hit) this.#tally.piecesDamaged += 1;
      to.write(hit ? damaged(this.#random, piece).bytes : piece);
    });
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
