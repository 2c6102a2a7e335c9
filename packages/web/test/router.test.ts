import { expect, test } from "vitest";
import { type Route, parsePath } from "../src/router.ts";

test.each<[string, Route]>([
  ["/", { page: "games" }],
  ["/games/12", { page: "game", gameId: 12 }],
  ["/games/12/draw", { page: "draw", gameId: 12 }],
  ["/draw", { page: "draw", gameId: null }],
  ["/bets", { page: "bets" }],
  ["/account", { page: "account" }],
  ["/admin", { page: "admin" }],
  ["/admin/", { page: "admin" }],
  ["/admin/games/3", { page: "admin-game", gameId: 3 }],
  ["/admin/audit", { page: "audit" }],
  ["/cluster", { page: "cluster" }],
  ["/login", { page: "login" }],
])("%s is a page", (path, route) => {
  expect(parsePath(path)).toEqual(route);
});

test.each([
  "/games",
  "/games/0",
  "/games/-1",
  "/games/1e3",
  "/games/12/x",
  "/games/0/draw",
  "/games/12/draw/1",
  "/draw/1",
  "/nothing",
  "/bets/1",
  "/admin/x",
])("%s is none", (path) => {
  expect(parsePath(path)).toEqual({ page: "not-found" });
});
