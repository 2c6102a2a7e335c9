// auth-server in a process of its own that also tells how late its event loop is, when asked. The parent sends
// "watch", then "delay"; the answers are the port at first, "watching", and the delay in milliseconds.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createAuthServer, readConfig } from "@quorumbook/auth-server";

/** Between two looks at the clock, milliseconds; the histogram counts it in. */
const RESOLUTION_MS = 1;

const server = await createAuthServer({
  config: readConfig(process.env),
  logger: false,
  onFatal(error) {
    throw error;
  },
});
await server.app.listen({ host: "127.0.0.1", port: 0 });
const address = server.app.server.address();
if (address === null || typeof address === "string") throw new Error("the server has no port");

const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
histogram.enable();
const milliseconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
process.on("message", (message) => {
  if (message === "watch") {
    histogram.reset();
    process.send?.("watching");
  } else if (message === "delay") {
    process.send?.({ p99: milliseconds(histogram.percentile(99)), max: milliseconds(histogram.max) });
  }
});
// The end of the parent, however it comes, is the end of this.
process.on("disconnect", () => {
  server.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
process.send?.({ port: address.port });
