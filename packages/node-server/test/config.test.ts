import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";

const good = {
  QUORUMBOOK_NODE_ID: "node1",
  QUORUMBOOK_HTTP_PORT: "8091",
  QUORUMBOOK_RAFT_PORT: "8101",
  QUORUMBOOK_PEERS: "node1=127.0.0.1:8101,node2=127.0.0.1:8102",
  QUORUMBOOK_NODE_DATA: "/tmp/data",
  QUORUMBOOK_CLUSTER_ID: "test",
  QUORUMBOOK_JWKS_URL: "http://127.0.0.1:8081/api/auth/.well-known/jwks.json",
};

describe("the configuration", () => {
  it("needs no more than the required variables", () => {
    const config = readConfig(good);
    expect(config).toMatchObject({
      nodeId: "node1",
      host: "127.0.0.1",
      httpPort: 8091,
      issuer: "quorumbook",
      audience: "quorumbook",
      bankroll: 100_000_000,
      rateLimit: 1,
      trustedProxies: [],
      sockets: "auto",
      clusterSecret: undefined,
      raftTls: undefined,
      join: false,
    });
    expect([...config.peers.keys()]).toEqual(["node1", "node2"]);
  });

  it.each([
    ["QUORUMBOOK_NODE_ID", ""],
    ["QUORUMBOOK_NODE_ID", "node 1"],
    ["QUORUMBOOK_HTTP_PORT", undefined],
    ["QUORUMBOOK_HTTP_PORT", "65536"],
    ["QUORUMBOOK_HTTP_PORT", "-1"],
    ["QUORUMBOOK_RAFT_PORT", "x"],
    ["QUORUMBOOK_PEERS", "node2=127.0.0.1:8102"],
    ["QUORUMBOOK_PEERS", "node1=127.0.0.1:8101,node1=127.0.0.1:8102"],
    ["QUORUMBOOK_PEERS", "node1"],
    ["QUORUMBOOK_PEERS", "node1=nowhere"],
    ["QUORUMBOOK_JOIN", "yes"],
    ["QUORUMBOOK_PEER_URLS", "node2=ftp://x"],
    ["QUORUMBOOK_NODE_DATA", undefined],
    ["QUORUMBOOK_CLUSTER_ID", undefined],
    ["QUORUMBOOK_JWKS_URL", "not a url"],
    ["QUORUMBOOK_JWKS_URL", "file:///etc/passwd"],
    ["QUORUMBOOK_BANKROLL", "0"],
    ["QUORUMBOOK_BANKROLL", "1.5"],
    ["QUORUMBOOK_BANKROLL", "100000000001"],
    ["QUORUMBOOK_RATE_LIMIT", "-1"],
    ["QUORUMBOOK_HOST", "not a host"],
    ["QUORUMBOOK_TRUSTED_PROXIES", "10.0.0.1,proxy"],
    ["QUORUMBOOK_SOCKETS", "carrier pigeon"],
    ["QUORUMBOOK_LOG_LEVEL", "loud"],
    ["QUORUMBOOK_RAFT_TLS_KEY", "/nowhere/key.pem"],
    ["QUORUMBOOK_LOG", "kafka://127.0.0.1:9092"],
    ["QUORUMBOOK_LOG", "nats://127.0.0.1:port"],
    ["QUORUMBOOK_LOG", "nats://user:word@127.0.0.1:4222"],
  ])("is refused naming the variable: %s=%s", (variable, value) => {
    const read = (): unknown => readConfig({ ...good, [variable]: value });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(variable);
  });

  it("reads the three files of the Raft transport's certificates, and takes no two of them", () => {
    const tls = {
      QUORUMBOOK_RAFT_TLS_KEY: import.meta.filename,
      QUORUMBOOK_RAFT_TLS_CERT: import.meta.filename,
      QUORUMBOOK_RAFT_TLS_CA: import.meta.filename,
    };
    const { raftTls } = readConfig({ ...good, ...tls });
    expect(raftTls?.key).toContain("needs no more than the required variables");
    expect(raftTls).toEqual({ key: raftTls?.key, cert: raftTls?.key, ca: raftTls?.key });
    for (const missing of Object.keys(tls)) {
      expect(() => readConfig({ ...good, ...tls, [missing]: "" })).toThrow(missing);
    }
  });

  it("needs no Raft on NATS, and reads where the servers are and who it is to them", () => {
    const rest = { ...good, QUORUMBOOK_RAFT_PORT: "", QUORUMBOOK_PEERS: "" };
    const nats = {
      QUORUMBOOK_LOG: "tls://a:4222,tls://b:4222,[::1]:4222",
      QUORUMBOOK_NATS_USER: "book",
      QUORUMBOOK_NATS_PASSWORD: "hush",
      QUORUMBOOK_NATS_TLS_CA: import.meta.filename,
    };
    const config = readConfig({ ...rest, ...nats });
    expect(config.peers.size).toBe(0);
    expect(config.nats).toMatchObject({
      servers: ["a:4222", "b:4222", "[::1]:4222"],
      replicas: 3,
      user: "book",
      password: "hush",
      token: undefined,
    });
    expect(config.nats?.tls?.ca).toContain("needs no Raft on NATS");
    const plain = { ...rest, QUORUMBOOK_LOG: "nats://a:4222" };
    expect(readConfig(plain).nats?.tls).toBeUndefined();
    for (const [variable, value] of [
      ["QUORUMBOOK_NATS_REPLICAS", "2"],
      ["QUORUMBOOK_NATS_CREDS", "/nowhere/user.creds"],
      ["QUORUMBOOK_NATS_TLS_CERT", import.meta.filename],
    ]) {
      expect(() => readConfig({ ...plain, [variable as string]: value })).toThrow(variable);
    }
  });
});
