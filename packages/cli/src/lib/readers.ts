import { InvalidArgumentError } from "commander";

/** `a=host:port,b=host:port` as an object. */
export function readMembers(text: string): Record<string, string> {
  const members: Record<string, string> = {};
  for (const pair of text.split(",")) {
    const at = pair.indexOf("=");
    const id = pair.slice(0, Math.max(0, at)).trim();
    const address = pair.slice(at + 1).trim();
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(id) || !/^\S+:\d{1,5}$/.test(address)) {
      throw new InvalidArgumentError(`"${pair}" is not id=host:port.`);
    }
    if (Object.hasOwn(members, id)) throw new InvalidArgumentError(`It names ${id} twice.`);
    members[id] = address;
  }
  return members;
}

export function readCount(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It is no whole number.");
  return Number(text);
}

export function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new InvalidArgumentError("It is no http or https address.");
  }
  return url;
}
