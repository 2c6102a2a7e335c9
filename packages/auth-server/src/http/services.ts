// What the routes stand on. The composition root (serve.ts) fills it, and so does a test.
import type { Accounts } from "../accounts/accounts.ts";
import type { AttemptLimiter } from "../accounts/attempt-limiter.ts";
import type { AccessTokens } from "../tokens/access-tokens.ts";
import type { RefreshTokens } from "../tokens/refresh-tokens.ts";
import type { Metrics } from "./metrics.ts";

export interface Services {
  readonly accounts: Accounts;
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
  /** Wrong logins and wrong current passwords. */
  readonly wrongAttempts: AttemptLimiter;
  readonly metrics: Metrics;
}
