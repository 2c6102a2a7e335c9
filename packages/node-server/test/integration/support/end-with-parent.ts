// A preload (`node --import`) for the nodes of a test or a bench: whoever holds the other end of standard input may be
// interrupted or killed, and then nothing of theirs is left, neither the process nor its data.
import { rmSync } from "node:fs";

process.stdin
  .once("close", () => {
    const folder = process.env["QUORUMBOOK_NODE_DATA"];
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    process.kill(process.pid, "SIGKILL");
  })
  .resume();
// What runs in the node decides how long it lives, as without this.
if ("unref" in process.stdin) process.stdin.unref();
