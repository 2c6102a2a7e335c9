// Whose request it is, for limits: the peer, or what a trusted proxy says about it.
import { BlockList, isIP, isIPv6 } from "node:net";

/**
 * Fastify's `trustProxy`: only the peer itself may speak for its client, so the address is the last element of
 * X-Forwarded-For, which that proxy wrote; what stands before came from the client and may be anything.
 */
export function trustOnlyPeers(trusted: readonly string[]): (address: string, hop: number) => boolean {
  const list = new BlockList();
  list.addSubnet("127.0.0.0", 8, "ipv4");
  list.addAddress("::1", "ipv6");
  for (const address of trusted) list.addAddress(address, isIPv6(address) ? "ipv6" : "ipv4");
  return (address, hop) =>
    hop === 0 && isIP(address) !== 0 && list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** One subscriber of IPv6 has a whole /64, so that is what is counted; an IPv4 address stands for itself. */
export function limitKeyOf(address: string): string {
  const mapped = /^::ffff:(?<v4>\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.groups?.v4;
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = "", tail = ""] = address.toLowerCase().split("%", 1).join("").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = address.includes("::") ? Math.max(0, 8 - left.length - right.length) : 0;
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
