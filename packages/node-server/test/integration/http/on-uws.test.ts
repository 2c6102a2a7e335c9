// Everything that is tested of the routes, through a socket and on uWebSockets.js.
import { carryBy } from "../../support/carrier.ts";

carryBy("uws");
await import("../../http/bets.test.ts");
await import("../../http/cluster-admin.test.ts");
await import("../../http/games.test.ts");
await import("../../http/interface.test.ts");
await import("../../http/money.test.ts");
