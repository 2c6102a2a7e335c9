// Whose request it is, for limits: the peer, or what a trusted proxy says about it.
import { BlockList, isIP, isIPv6 } from "node:net";

/** Tells the address to count a request under. */
export type ClientAddress = (peer: string | undefined, forwardedFor: string | undefined) => string;

/** A request whose connection is gone already; and whoever claims an address that is none. */
const UNKNOWN = "unknown";

/**
 * Only a trusted peer may speak for its client, and of what it says the last element of X-Forwarded-For counts,
 * which it wrote itself: what stands before came from the client and may be anything.
 *
 * @param trusted addresses of proxies, beside loopback
 */
export function clientAddressBy(trusted: readonly string[]): ClientAddress {
  const proxies = new BlockList();
  proxies.addSubnet("127.0.0.0", 8, "ipv4");
  proxies.addAddress("::1", "ipv6");
  for (const address of trusted) proxies.addAddress(address, familyOf(address));
  return (peer, forwardedFor) => {
    const own = peer === undefined ? UNKNOWN : unmapped(peer);
    if (forwardedFor === undefined || isIP(own) === 0 || !proxies.check(own, familyOf(own))) {
      return limitKeyOf(own);
    }
    return limitKeyOf(unmapped(forwardedFor.slice(forwardedFor.lastIndexOf(",") + 1).trim()));
  };
}

/** One subscriber of IPv6 has a whole /64, so that is what is counted; an IPv4 address stands for itself. */
function limitKeyOf(address: string): string {
  if (isIP(address) === 0) return UNKNOWN;
  if (!isIPv6(address)) return address;
  const [head = "", tail = ""] = address.toLowerCase().split("%", 1).join("").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = address.includes("::") ? Math.max(0, 8 - left.length - right.length) : 0;
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

/** An IPv4 address that was written as one of IPv6, short or in full, as itself. */
function unmapped(address: string): string {
  const short = /^::ffff:(?<v4>\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.groups?.v4;
  if (short !== undefined) return short;
  const full = /^(?:0{1,4}:){5}ffff:(?<high>[\da-f]{1,4}):(?<low>[\da-f]{1,4})$/i.exec(address)?.groups;
  if (full === undefined) return address;
  const [high, low] = [full["high"], full["low"]].map((text) => Number.parseInt(text ?? "", 16)) as [
    number,
    number,
  ];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
