// A stand-in for a game node: keeps the process contract (ports, readiness, status, signals), and has no book.
// What it does on request is what tests need of a node that misbehaves.
import { createServer } from "node:http";

const id = process.env["QUORUMBOOK_NODE_ID"] ?? "";
const digest = { index: 7, value: "abcdef0123456789" };
let ready = true;

const server = createServer((request, response) => {
  const send = (status: number, body: unknown) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  switch (request.url ?? "") {
    case "/readyz":
      return send(ready ? 200 : 503, { ready });
    case "/api/cluster":
      return send(200, {
        nodeId: id,
        leader: "node2",
        term: 4,
        nodes: [
          {
            nodeId: id,
            role: id === "node2" ? "leader" : "follower",
            commitIndex: 9,
            appliedIndex: 8,
            digest,
          },
        ],
      });
    case "/api/crash":
      return process.exit(3);
    case "/api/unready":
      ready = false;
      return send(200, { ready });
    default:
      return send(200, { nodeId: id, method: request.method, url: request.url, headers: request.headers });
  }
});
server.listen(Number(process.env["QUORUMBOOK_HTTP_PORT"]), process.env["QUORUMBOOK_HOST"]);
process.stdout.write(`${id} listens\n`);
process.on("SIGTERM", () => {
  process.stdout.write(`${id} stops gracefully\n`);
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
