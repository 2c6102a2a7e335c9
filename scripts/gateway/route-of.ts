/** Which server a request is for; `nowhere` is answered 404 by the gateway itself. */
export type Route = "node" | "auth" | "demo" | "nowhere";

/** What every process serves for its operators. Never reachable from outside, in no spelling. */
const INTERNAL = /^\s*(metrics|healthz|readyz|internal)(?![a-z0-9_-])/i;

/**
 * Decides by the path alone. A path that two servers could read differently (dot segments, doubled or encoded
 * slashes, backslashes, control characters, broken escapes) goes nowhere: what is decided here must be what the
 * server behind sees.
 *
 * @param target the request target as received, query included
 */
export function routeOf(target: string): Route {
  if (!target.startsWith("/")) return "nowhere";
  const end = target.search(/[?#]/);
  const raw = end === -1 ? target : target.slice(0, end);
  // %2F and %5C are separators to some servers and letters to others.
  if (/%2f|%5c|[\\;]/i.test(raw)) return "nowhere";
  const path = decode(raw);
  if (path === undefined || hasControlCharacter(path)) return "nowhere";
  const segments = path.slice(1).split("/");
  const inner = segments.at(-1) === "" ? segments.slice(0, -1) : segments;
  if (inner.some((segment) => segment === "" || segment === "." || segment === "..")) return "nowhere";
  const [first = "", second] = inner;
  // A second encoding is undone once more before the comparison, in case a server behind does so too.
  if (INTERNAL.test(decode(first) ?? first)) return "nowhere";
  if (first === "api") return second === "auth" || second === "demo" ? second : "node";
  return first === "ws" && inner.length === 1 ? "node" : "auth";
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function hasControlCharacter(text: string): boolean {
  for (const character of text) {
    if (character < " " || character === "\u007f") return true;
  }
  return false;
}
