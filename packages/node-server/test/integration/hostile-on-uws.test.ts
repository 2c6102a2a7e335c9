// Clients that are broken or mean, on uWebSockets.js.
import { carryBy } from "../support/carrier.ts";

carryBy("uws");
await import("./hostile.test.ts");
