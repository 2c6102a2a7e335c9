// The wire before a machine's Raft port, as a process in that machine's network namespace, which lasts as long as this
// process does. Firewall rules turn the peers' connections to it; it passes every byte on, late if told so by a line of
// JSON on standard input: {"delayMs": 50, "jitterMs": 30}. Bytes of one direction never overtake each other.
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

const [address = "", port = "", behind = ""] = process.argv.slice(2);
/** A reader that is slower than the wire holds up the writer from here on, as a real wire's window does. */
const QUEUED_BYTES_MAX = 1 << 20;

let delayMs = 0;
let jitterMs = 0;

createInterface({ input: process.stdin })
  .on("line", (line) => {
    ({ delayMs, jitterMs } = JSON.parse(line) as { delayMs: number; jitterMs: number });
  })
  // Whoever started this is gone.
  .on("close", () => process.exit(0));

const listener = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
  const server = connect({ host: address, port: Number(behind), noDelay: true, allowHalfOpen: true });
  pass(client, server);
  pass(server, client);
});
// The port is told for whoever left the choice to the system.
listener.listen(Number(port), () => {
  process.stdout.write(`listening ${(listener.address() as AddressInfo).port}\n`);
});

/** One direction. An end arrives as an end, in its turn; a failure as one, at once. */
function pass(from: Socket, to: Socket): void {
  let queued = 0;
  // One line and one timer: of two timers the one that was set for later may fire first, by a fraction of a millisecond.
  const line: { readonly dueAt: number; readonly act: () => void }[] = [];
  let lastDueAt = 0;
  const inTurn = (act: () => void): void => {
    const late = delayMs + jitterMs * Math.random();
    lastDueAt = Math.max(lastDueAt, performance.now() + late);
    line.push({ dueAt: lastDueAt, act });
    if (line.length === 1) serve();
  };
  const serve = (): void => {
    for (let next = line[0]; next !== undefined; next = line[0]) {
      const wait = next.dueAt - performance.now();
      if (wait > 0) {
        setTimeout(serve, Math.ceil(wait));
        return;
      }
      next.act();
      line.shift();
    }
  };
  from.on("data", (chunk: Buffer) => {
    queued += chunk.length;
    if (queued > QUEUED_BYTES_MAX) from.pause();
    inTurn(() => {
      const passed = (): void => {
        queued -= chunk.length;
        if (from.isPaused() && queued <= QUEUED_BYTES_MAX) from.resume();
      };
      if (to.writable) to.write(chunk, passed);
    });
  });
  from.once("end", () => inTurn(() => to.end()));
  from.once("error", () => to.resetAndDestroy());
  from.once("close", (hadError) => {
    if (hadError) to.resetAndDestroy();
    else inTurn(() => to.destroySoon());
  });
}
