// A new game as asked for, as the book's command: defaults filled in, and what no book could accept refused.
import {
  BASIS_POINTS,
  type CommandOf,
  DEFAULT_PRICING,
  minorUnits,
  ODDS_SCALE,
  type Pricing,
} from "@quorumbook/betting-core";
import { invalidField } from "../contract/invalid-field.ts";
import { type GameRequest, VIRTUAL_STAKES_MAX } from "../contract/requests.ts";
import { wireTime } from "../contract/wire-time.ts";
import type { Asker } from "../services.ts";

/** @throws ProblemError `invalid_request` */
export function gameCommand(request: GameRequest, asker: Asker): CommandOf<"createGame"> {
  const { question, category, outcomes, startsAt, closesAt, draw } = request;
  return {
    type: "createGame",
    ...asker,
    question,
    category,
    outcomes,
    ...(startsAt === undefined ? {} : { startsAt: wireTime(startsAt, "/startsAt") }),
    ...(closesAt === undefined ? {} : { closesAt: wireTime(closesAt, "/closesAt") }),
    pricing: pricingOf(request),
    ...(draw === undefined ? {} : { draw: { ...draw, revealBy: wireTime(draw.revealBy, "/draw/revealBy") } }),
  };
}

function pricingOf({ pricing = {}, outcomes }: GameRequest): Pricing {
  const { prior, strategy = DEFAULT_PRICING.strategy } = pricing;
  const virtualStake = pricing.virtualStake ?? DEFAULT_PRICING.virtualStake;
  const tick = pricing.tick ?? DEFAULT_PRICING.tick;
  if (virtualStake * outcomes.length > VIRTUAL_STAKES_MAX) {
    throw invalidField("/pricing/virtualStake", `times the outcomes must not be above ${VIRTUAL_STAKES_MAX}`);
  }
  if (ODDS_SCALE % tick !== 0) throw invalidField("/pricing/tick", `must divide ${ODDS_SCALE}`);
  if (prior !== undefined) {
    if (prior.length !== outcomes.length)
      throw invalidField("/pricing/prior", "must have one entry an outcome");
    if (prior.reduce((sum, bp) => sum + bp, 0) !== BASIS_POINTS) {
      throw invalidField("/pricing/prior", `must sum to ${BASIS_POINTS}`);
    }
    if ((strategy === "cpmm" || strategy === "lmsr") && prior.includes(0)) {
      throw invalidField("/pricing/prior", `must leave each outcome a chance, by ${strategy}`);
    }
  }
  return {
    strategy,
    virtualStake: minorUnits(virtualStake),
    commissionBp: pricing.commissionBp ?? DEFAULT_PRICING.commissionBp,
    margin: minorUnits(pricing.margin ?? DEFAULT_PRICING.margin),
    tick,
    ...(prior === undefined ? {} : { prior }),
  };
}
