// Which strategies this book can price. A strategy joins by its own file and a line here.

import type { PricingStrategyName } from "../commands.ts";
import { cpmm } from "./cpmm.ts";
import { lmsr } from "./lmsr.ts";
import { ratioPost } from "./ratio-post.ts";
import { ratioPre } from "./ratio-pre.ts";
import type { PricingStrategy } from "./strategy.ts";
import { tote } from "./tote.ts";

/** A switch and no table: the default costs one comparison of an interned text. */
export function strategyNamed(name: PricingStrategyName): PricingStrategy {
  switch (name) {
    case "ratio/pre":
      return ratioPre;
    case "ratio/post":
      return ratioPost;
    case "cpmm":
      return cpmm;
    case "lmsr":
      return lmsr;
    case "tote":
      return tote;
    default:
      return name satisfies never;
  }
}
