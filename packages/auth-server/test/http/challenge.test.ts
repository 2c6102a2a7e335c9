import { expect, it } from "vitest";
import type { Challenge } from "../../src/http/challenge.ts";
import { PASSWORD, refusalOf, refused, testServer } from "../fixtures.ts";

it("a challenge, where there is one, stands before registering and logging in, and before all hashing", async () => {
  const asked: string[] = [];
  const challenge: Challenge = {
    refuse: async ({ headers }, purpose) => {
      asked.push(purpose);
      return headers["x-proof"] === "42"
        ? undefined
        : { code: "forbidden", detail: "Prove that you are patient." };
    },
  };
  const server = await testServer({ challenge });
  const body = { username: "alice", password: PASSWORD };
  const proof = { headers: { "x-proof": "42" } };
  const hashed: string[] = [];
  const { hasher } = server.services.accounts;
  const hash = hasher.hash.bind(hasher);
  Object.assign(hasher, { hash: (password: string) => (hashed.push(password), hash(password)) });
  for (const route of ["register", "login"]) {
    expect(refusalOf(await server.post(`/api/auth/${route}`, body))).toEqual(refused(403, "forbidden"));
    expect(hashed).toHaveLength(route === "register" ? 0 : 1);
    expect((await server.post(`/api/auth/${route}`, body, proof)).statusCode).toBe(
      route === "register" ? 201 : 200,
    );
  }
  expect(asked).toEqual(["register", "register", "login", "login"]);
});
