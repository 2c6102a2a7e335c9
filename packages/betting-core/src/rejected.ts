// A refusal as an outcome.

import type { RejectedOutcome } from "./outcomes.ts";
import type { Rejection } from "./rejections.ts";

export function rejected(rejection: Rejection): RejectedOutcome {
  return { status: "rejected", rejection };
}
