import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../lib/source-paths.ts";

/** A played match with the probabilities it opens with. */
export interface Match {
  /** The day it was played, `YYYY-MM-DD`. */
  readonly date: string;
  readonly home: string;
  readonly away: string;
  /** Home win, draw, away win in basis points; the sum is 10 000. */
  readonly prior: readonly [number, number, number];
  /** The outcome that came true, as the game's key for it: opt1 home, opt2 draw, opt3 away. */
  readonly winner: "opt1" | "opt2" | "opt3";
}

const folder = join(projectRoot, "examples/season");

/** All 380 matches of the season in the order of play. See examples/season/README.md for where they come from. */
export function readSeason(): readonly Match[] {
  const results = rows("premier-league-2023-24.csv");
  const priors = rows("premier-league-2023-24-prior.csv");
  return results.map(([date = "", home = "", away = "", homeGoals, awayGoals], at) => {
    const [priorDate, priorHome, priorAway, ...prior] = priors[at] ?? [];
    if (date !== priorDate || home !== priorHome || away !== priorAway) {
      throw new Error(`row ${at + 2} of the two season files is not the same match`);
    }
    return {
      date,
      home,
      away,
      prior: basisPoints(prior),
      winner: winnerOf(Number(homeGoals), Number(awayGoals)),
    };
  });
}

function rows(name: string): string[][] {
  const [, ...lines] = readFileSync(join(folder, name), "utf8").trim().split("\n");
  return lines.map((line) => line.trim().split(","));
}

function basisPoints(texts: readonly string[]): [number, number, number] {
  const [home = 0, draw = 0, away = 0] = texts.map(Number);
  if (home + draw + away !== 10_000) throw new Error(`a prior is ${texts.join(" + ")}, which is not 10000`);
  return [home, draw, away];
}

function winnerOf(home: number, away: number): Match["winner"] {
  if (home === away) return "opt2";
  return home > away ? "opt1" : "opt3";
}
