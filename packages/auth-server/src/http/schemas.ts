// The shapes of requests and answers: one source for validation, types and OpenAPI.
import { type Static, Type } from "typebox";
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from "../passwords/password-policy.ts";
import { ROLES, USERNAME_PATTERN, type User } from "../users/user.ts";
import { PROBLEMS, type ProblemCode } from "./problem.ts";

const closed = { additionalProperties: false } as const;

const RoleSchema = Type.Enum(ROLES);

const newPassword = {
  minLength: PASSWORD_LENGTH_MIN,
  maxLength: PASSWORD_LENGTH_MAX,
  description: "Not one of the common ones.",
};

export const NoQuery = Type.Object({}, closed);

/** For routes that need none: nothing, or the empty object that some clients send anyway. */
export const NoBody = Type.Union([Type.Object({}, closed), Type.Null()]);

export const RegisterBody = Type.Object(
  { username: Type.String({ pattern: USERNAME_PATTERN }), password: Type.String(newPassword) },
  closed,
);

/** Looser than registering: a name or password that could not exist is answered like one that does not. */
export const LoginBody = Type.Object(
  { username: Type.String({ maxLength: 256 }), password: Type.String({ maxLength: 1024 }) },
  closed,
);

export const PasswordBody = Type.Object(
  { currentPassword: Type.String({ maxLength: 1024 }), newPassword: Type.String(newPassword) },
  closed,
);

export const UserChangeBody = Type.Object(
  { role: Type.Optional(RoleSchema), disabled: Type.Optional(Type.Boolean()) },
  { ...closed, minProperties: 1 },
);

export const UserParams = Type.Object({ id: Type.String() });

export const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: "50 unless given" })),
    cursor: Type.Optional(Type.String({ pattern: "^[1-9][0-9]{0,14}$" })),
  },
  closed,
);

/** With a name: the one user of that name, whatever its case, or none. */
export const UsersQuery = Type.Object(
  { ...PageQuery.properties, username: Type.Optional(Type.String({ minLength: 1, maxLength: 32 })) },
  closed,
);

export const SessionAnswer = Type.Object({
  user: Type.Object({ id: Type.String(), username: Type.String(), role: RoleSchema }),
  accessToken: Type.String(),
  expiresIn: Type.Integer({ description: "seconds" }),
});

export const TokenAnswer = Type.Object({ accessToken: Type.String(), expiresIn: Type.Integer() });

export const MeAnswer = Type.Object({
  id: Type.String(),
  username: Type.String(),
  role: RoleSchema,
  createdAt: Type.String({ format: "date-time" }),
});

export const UserAnswer = Type.Object({ ...MeAnswer.properties, disabled: Type.Boolean() });

export const UserListAnswer = Type.Object({
  items: Type.Array(UserAnswer),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});

export const JwksAnswer = Type.Object({
  keys: Type.Array(
    Type.Object({
      kty: Type.String(),
      crv: Type.String(),
      x: Type.String(),
      kid: Type.String(),
      alg: Type.String(),
      use: Type.String(),
    }),
  ),
});

export const RevocationsAnswer = Type.Object({
  items: Type.Array(Type.Object({ userId: Type.String(), notBefore: Type.Integer() })),
});

export const NoContent = Type.Null({ description: "Done" });

const ProblemAnswer = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { description: "application/problem+json (RFC 9457)" },
);

/** The refusals of a route, for its `response` schema: one entry a status, naming its codes. */
export function problemAnswers(...codes: readonly ProblemCode[]): Record<number, typeof ProblemAnswer> {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [status, { ...ProblemAnswer, description: names.join(", ") }]),
  );
}

export function toMeAnswer(user: User): Static<typeof MeAnswer> {
  const { id, username, role, createdAt } = user;
  return { id, username, role, createdAt: new Date(createdAt).toISOString() };
}

export function toUserAnswer(user: User): Static<typeof UserAnswer> {
  return { ...toMeAnswer(user), disabled: user.disabled };
}
