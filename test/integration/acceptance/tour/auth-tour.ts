// Every route of auth-server, once: it has no leader.
import { expect } from "vitest";
import * as form from "../support/forms.ts";
import { expectRefusal, expectStatus, type Http } from "../support/http.ts";
import { newKey, PASSWORD, type Session, type World } from "../support/people.ts";
import { expectForm } from "../support/shape.ts";

export async function tourAuth(world: World, http: Http): Promise<void> {
  const credentials = { username: `tour-${newKey().slice(0, 8)}`, password: PASSWORD };
  const registered = await http.post<Session>("/api/auth/register", credentials);
  expectStatus(registered, 201);
  expectForm(registered.body, form.session);
  expectRefusal(await http.post("/api/auth/register", credentials), 409, "username_taken");
  const login = await http.post<Session>("/api/auth/login", credentials);
  expectStatus(login, 200);
  const wrong = { ...credentials, password: `${PASSWORD}!` };
  expectRefusal(await http.post("/api/auth/login", wrong), 401, "invalid_credentials");
  const token = login.body.accessToken;

  const me = await http.get<{ id: string }>("/api/auth/me", { token });
  expectStatus(me, 200);
  const cookie = (login.headers["set-cookie"] ?? []).map((line) => line.split(";", 1)[0]).join("; ");
  const refreshed = await http.post("/api/auth/refresh", undefined, { headers: { cookie } });
  expectStatus(refreshed, 200);
  const keys = await http.get<{ keys: unknown[] }>("/api/auth/.well-known/jwks.json");
  expect(keys.body.keys.length).toBeGreaterThan(0);

  const newPassword = `${PASSWORD}-2`;
  const no = await http.put("/api/auth/password", { currentPassword: "wrong-wrong", newPassword }, { token });
  expectRefusal(no, 403, "wrong_password");
  const yes = await http.put("/api/auth/password", { currentPassword: PASSWORD, newPassword }, { token });
  expectStatus(yes, 204);

  const admin = { token: world.admin.token };
  expectStatus(await http.get("/api/auth/users", admin), 200);
  const path = `/api/auth/users/${me.body.id}`;
  expectStatus(await http.send("PATCH", path, { role: "bettor" }, admin), 200);

  expectStatus(await http.post("/api/auth/logout", undefined, { token }), 204);
  const again = await http.post<Session>("/api/auth/login", { ...credentials, password: newPassword });
  expectStatus(again, 200);
  expectStatus(await http.post("/api/auth/logout-all", undefined, { token: again.body.accessToken }), 204);
}
