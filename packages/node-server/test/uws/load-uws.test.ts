import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/config.ts";
import { chooseSockets } from "../../src/uws/choose-sockets.ts";
import { loadUws, UwsUnavailableError } from "../../src/uws/load-uws.ts";
import { RebindError, rebindGlibc } from "../../src/uws/rebind-glibc.ts";

const folder = dirname(createRequire(import.meta.url).resolve("uWebSockets.js"));
const moduleOf = (arch: string): Buffer => readFileSync(join(folder, `uws_linux_${arch}_137.node`));
const copies = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("quorumbook-uws-"));

describe("a copy of the module for an older glibc", () => {
  it.each([
    ["x64", "337e7312c83b0df8accbe2446055c1e663ef14824712a055dfb8c34852cd8d69"],
    ["arm64", "c52f98e37763f821adfd7a24445de06c5941db0bb99b92fd2ac06d5f65cd50f8"],
  ])("is the known one, and differs in a few bytes: %s", (arch, sha256) => {
    const original = moduleOf(arch);
    const before = Buffer.from(original);
    const copy = rebindGlibc(original);
    expect(createHash("sha256").update(copy).digest("hex")).toBe(sha256);
    expect(original.equals(before)).toBe(true);
    let changed = 0;
    for (let at = 0; at < copy.length; at += 1) if (copy[at] !== original[at]) changed += 1;
    expect(copy.length).toBe(original.length);
    // Three names (at most two bytes differ), three versions, one flag.
    expect(changed).toBeLessThanOrEqual(10);
  });

  it("is not made twice, nor of anything else", () => {
    expect(() => rebindGlibc(Buffer.alloc(1_000))).toThrow(RebindError);
    // A symbol of the new version that is no parser of numbers.
    const other = moduleOf("x64");
    other.write("__isoc24_", other.indexOf("__isoc23_strtol\0"), "latin1");
    expect(() => rebindGlibc(other)).toThrow(/__isoc24_strtol/);
    expect(() =>
      rebindGlibc(moduleOf("x64").fill("X", other.indexOf("GLIBC_2.38"), other.indexOf("GLIBC_2.38") + 10)),
    ).toThrow(RebindError);
  });
});

describe("uWebSockets.js", () => {
  it("is loaded once, and leaves nothing behind", () => {
    const before = copies();
    const { uws } = loadUws();
    expect(uws.App).toBeTypeOf("function");
    expect(loadUws().uws).toBe(uws);
    expect(copies()).toEqual(before);
  });

  it("carries the node where it can be loaded, and what does so instead is said", () => {
    const broken = (): never => {
      throw new UwsUnavailableError("there is no module for this platform");
    };
    const { uws } = loadUws();
    expect(chooseSockets("auto")).toMatchObject({ uws, sockets: "uws" });
    expect(chooseSockets("uws")).toMatchObject({ uws, sockets: "uws" });
    expect(chooseSockets("ws", broken)).toMatchObject({ uws: undefined, sockets: "ws" });
    const instead = chooseSockets("auto", broken);
    expect(instead).toMatchObject({ uws: undefined, sockets: "ws" });
    expect(instead.why).toContain("there is no module for this platform");
    expect(() => chooseSockets("uws", broken)).toThrow(ConfigError);
  });

  it("hides no error of another kind", () => {
    const broken = (): never => {
      throw new TypeError("a bug");
    };
    expect(() => chooseSockets("auto", broken)).toThrow(TypeError);
  });
});
