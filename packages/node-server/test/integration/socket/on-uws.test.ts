// Everything that is tested of the WebSocket, on uWebSockets.js.
import { carryBy } from "../../support/carrier.ts";

carryBy("uws");
await import("./socket.test.ts");
