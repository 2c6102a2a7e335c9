import { describe, expect, it } from "vitest";
import { clientAddressBy } from "../../src/security/client-address.ts";

describe("the address that a request is counted under", () => {
  const addressOf = clientAddressBy(["10.0.0.1", "fd00::1"]);

  it.each<[string, string | undefined, string | undefined, string]>([
    ["is the peer's", "192.0.2.7", undefined, "192.0.2.7"],
    ["is the peer's, whatever a stranger claims", "192.0.2.7", "198.51.100.1", "192.0.2.7"],
    ["is what a proxy on this machine says", "127.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["is what a named proxy says", "10.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["is what a named proxy says over IPv6", "fd00::1", "198.51.100.1", "198.51.100.1"],
    ["is the last that a proxy wrote, not what its client did", "127.0.0.1", "1.1.1.1, 2.2.2.2", "2.2.2.2"],
    ["is an IPv4 address where it is mapped into IPv6", "::ffff:192.0.2.7", undefined, "192.0.2.7"],
    ["is so in full as well", "0000:0000:0000:0000:0000:ffff:c000:0207", undefined, "192.0.2.7"],
    ["lets a mapped proxy speak", "::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["is a network where it is IPv6", "2001:db8:1:2:aaaa::1", undefined, "2001:db8:1:2::/64"],
    ["is the same network however it is written", "127.0.0.1", "2001:0DB8:1:2::f", "2001:db8:1:2::/64"],
    ["is nobody's where a proxy writes nonsense", "127.0.0.1", "<script>", "unknown"],
    ["is nobody's where a proxy writes nothing", "127.0.0.1", "", "unknown"],
    ["is nobody's where the connection is gone", undefined, "198.51.100.1", "unknown"],
  ])("%s", (_what, peer, forwardedFor, expected) => {
    expect(addressOf(peer, forwardedFor)).toBe(expected);
  });
});
