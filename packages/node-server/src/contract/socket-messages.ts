// What clients may say over the WebSocket. What nodes say is encoded in socket/messages.ts.
import { Type } from "typebox";
import { betFields } from "./requests.ts";
import { Amount, closed, Id, IdempotencyKey, Index, UserId } from "./scalars.ts";
import { compileGuard, type FieldError } from "./validation.ts";

/** More games than these are asked for as "all". */
const GAMES_MAX = 1_000;

export const Games = Type.Union([Type.Literal("all"), Type.Array(Id, { maxItems: GAMES_MAX })]);

const Authenticate = closed({
  type: Type.Literal("authenticate"),
  token: Type.String(),
  from: Type.Optional(Index),
});
const Subscribe = closed({ type: Type.Literal("subscribe"), games: Games, from: Type.Optional(Index) });
const Unsubscribe = closed({ type: Type.Literal("unsubscribe") });
const Ping = closed({ type: Type.Literal("ping") });
const PlaceBet = closed({ type: Type.Literal("placeBet"), requestId: IdempotencyKey, ...betFields });

/** What is not named is not watched any more. */
const Watch = closed({
  type: Type.Literal("watch"),
  bets: Type.Optional(closed({ minStake: Type.Optional(Amount), userId: Type.Optional(UserId) })),
  cluster: Type.Optional(Type.Literal(true)),
});

/** A guard for each message, by its type. */
export const CLIENT_MESSAGES = {
  authenticate: compileGuard(Authenticate),
  subscribe: compileGuard(Subscribe),
  unsubscribe: compileGuard(Unsubscribe),
  ping: compileGuard(Ping),
  placeBet: compileGuard(PlaceBet),
  watch: compileGuard(Watch),
} as const;

export type AuthenticateMessage = Type.Static<typeof Authenticate>;
export type SubscribeMessage = Type.Static<typeof Subscribe>;
export type PlaceBetMessage = Type.Static<typeof PlaceBet>;
export type WatchMessage = Type.Static<typeof Watch>;
export type ClientMessage =
  | AuthenticateMessage
  | SubscribeMessage
  | Type.Static<typeof Unsubscribe>
  | Type.Static<typeof Ping>
  | PlaceBetMessage
  | WatchMessage;

const isRequestId = compileGuard(IdempotencyKey);

export type ParsedMessage =
  | { readonly message: ClientMessage }
  | {
      readonly detail: string;
      readonly requestId?: string;
      readonly isBet: boolean;
      /** What is wrong with which field, where the message was one at all. */
      readonly errors?: readonly FieldError[];
    };

/** A message that has the form it should, or what to say about it. */
export function parseClientMessage(text: string): ParsedMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { detail: "The message is not JSON.", isBet: false };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { detail: "The message is not a JSON object.", isBet: false };
  }
  const { type, requestId } = value as { type?: unknown; requestId?: unknown };
  const named = isRequestId.accepts(requestId) ? { requestId } : {};
  if (typeof type !== "string" || !Object.hasOwn(CLIENT_MESSAGES, type)) {
    return { detail: "The message has no known type.", isBet: false, ...named };
  }
  const guard = CLIENT_MESSAGES[type as keyof typeof CLIENT_MESSAGES];
  if (guard.accepts(value)) return { message: value };
  const errors = guard.errors(value);
  const [first] = errors;
  return {
    detail: `${first?.path ?? ""} ${first?.message ?? ""}`.trim(),
    errors,
    isBet: type === "placeBet",
    ...named,
  };
}
