// One of the three processes of the bare path behind HTTP: a bet as JSON comes in over uWebSockets.js, is on two of three
// disks, and a bet as JSON goes out. No token, no key, no rule, no book.
import { loadUws } from "@quorumbook/node-server";
import { followBare, leadBare } from "../lib/bare-path.ts";
import { childOptions } from "../lib/child.ts";

export interface BareHttpOptions {
  readonly file: string;
  /** Ports of the two others; none for one of those. */
  readonly followers: readonly number[];
}

const ENTRY_BYTES = 200;

const { file, followers } = childOptions() as BareHttpOptions;

if (followers.length === 0) followBare(file);
else await serve();

async function serve(): Promise<void> {
  const log = await leadBare(file, ENTRY_BYTES, followers);
  const { uws } = loadUws();
  let id = 0;
  const app = uws.App();
  app.post("/api/bets", (response) => {
    let gone = false;
    response.onAborted(() => {
      gone = true;
    });
    response.onData((chunk, isLast) => {
      if (!isLast) throw new Error("a bet in two pieces");
      const bet = JSON.parse(Buffer.from(chunk).toString("utf8")) as object;
      id += 1;
      const placed = { bet: { id, ...bet, status: "open" }, balance: 10_000, seq: id };
      const entry = Buffer.alloc(ENTRY_BYTES);
      entry.write(JSON.stringify(bet));
      log.append(entry, () => {
        if (gone) return;
        response.cork(() => {
          response
            .writeStatus("201 Created")
            .writeHeader("content-type", "application/json")
            .end(JSON.stringify(placed));
        });
      });
    });
  });
  app.listen("127.0.0.1", 0, (socket) => {
    process.send?.(socket === false ? undefined : uws.us_socket_local_port(socket));
  });
}
