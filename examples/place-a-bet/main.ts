// Opens an account on the Quorumbook at QUORUMBOOK_URL and bets 1.00 on the newest open game, exactly once.
// Run it: node --conditions=@quorumbook/source examples/place-a-bet/main.ts
import { QuorumbookClient } from "@quorumbook/client";

const client = new QuorumbookClient({ url: process.env["QUORUMBOOK_URL"] ?? "http://127.0.0.1:8080" });
await client.register(`guest-${Date.now()}`, crypto.randomUUID());
const games = await client.commands.games({ status: "open" });
const [game] = games.ok ? games.value.items : [];
const outcome = game?.outcomes.find(({ odds }) => odds !== null);
if (game === undefined || outcome?.odds == null) throw new Error("no game takes bets now");
const bet = { gameId: game.id, outcome: outcome.key, stake: 100, odds: outcome.odds, accept: "any" } as const;
const decision = await client.placeBet(bet);
console.log(decision.type, decision.type === "accepted" ? decision.value.bet : decision.problem);
