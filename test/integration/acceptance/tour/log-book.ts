// What the tour has seen: every exchange is entered by route, code and header, every message by its type.
import type { Answer } from "../support/http.ts";
import { AUTH_ROUTES, NODE_ROUTES } from "./rows.ts";

const patterns = [...AUTH_ROUTES, ...NODE_ROUTES].map((row) => {
  const [method = "", path = ""] = row.split(" ");
  const escaped = path.replaceAll(".", "\\.").replaceAll("{id}", "[^/]+");
  return { row, method, path: new RegExp(`^${escaped}$`) };
});

export class LogBook {
  /** Routes that were answered with success. */
  readonly routes = new Set<string>();
  readonly codes = new Set<string>();
  readonly requestHeaders = new Set<string>();
  readonly answerHeaders = new Set<string>();
  readonly said = new Set<string>();
  readonly heard = new Set<string>();

  exchange(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    answer: Answer<unknown>,
  ): void {
    const bare = path.split("?", 1)[0] ?? "";
    const known = patterns.find((one) => one.method === method && one.path.test(bare));
    if (known !== undefined && answer.status < 300) this.routes.add(known.row);
    const code = (answer.body as { code?: string } | undefined)?.code;
    if (answer.status >= 400 && code !== undefined) this.codes.add(code);
    for (const name of Object.keys(headers)) this.requestHeaders.add(name);
    for (const name of Object.keys(answer.headers)) this.answerHeaders.add(name);
  }
}
