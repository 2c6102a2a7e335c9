import { describe, expect, it } from "vitest";
import { limitKeyOf, trustOnlyPeers } from "../../src/http/client-address.ts";

describe("the address that limits count", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("%s counts as %s", (address, key) => {
    expect(limitKeyOf(address)).toBe(key);
  });
});

describe("trust in a proxy", () => {
  const trusts = trustOnlyPeers(["192.0.2.10", "2001:db8::10"]);

  it("goes to loopback and to those named", () => {
    for (const peer of ["127.0.0.1", "127.9.9.9", "::1", "192.0.2.10", "2001:db8::10", "::ffff:127.0.0.1"]) {
      expect(trusts(peer, 0), peer).toBe(true);
    }
    for (const peer of ["192.0.2.11", "10.0.0.1", "2001:db8::11", "nonsense"]) {
      expect(trusts(peer, 0), peer).toBe(false);
    }
  });

  it("goes no further than the peer itself", () => {
    expect(trusts("127.0.0.1", 1)).toBe(false);
  });
});
