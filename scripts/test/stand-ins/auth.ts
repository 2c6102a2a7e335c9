// A stand-in for auth-server: the server and its create-admin command, as far as a supervisor sees them.
import { createServer } from "node:http";

if (process.argv[2] === "create-admin") {
  process.stdout.write(
    `${JSON.stringify({ username: process.argv[4], password: "a stand-in's password" })}\n`,
  );
} else {
  const server = createServer((request, response) => {
    if (request.url === "/readyz") return response.end("ok");
    response.writeHead(200, { "content-type": "application/json" });
    return response.end(JSON.stringify({ server: "auth", url: request.url, headers: request.headers }));
  });
  server.listen(Number(process.env["QUORUMBOOK_AUTH_PORT"]), process.env["QUORUMBOOK_HOST"]);
  process.on("SIGTERM", () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
