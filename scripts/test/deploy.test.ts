import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig as readAuthConfig } from "@quorumbook/auth-server";
import { readConfig as readNodeConfig } from "@quorumbook/node-server";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { projectRoot } from "../lib/source-paths.ts";

type Environment = Record<string, string>;

const deploy = (path: string): string => readFileSync(join(projectRoot, "deploy", path), "utf8");

/** Values in the places of secrets that an installation brings itself. */
const SECRETS: Environment = {
  QUORUMBOOK_CLUSTER_SECRET: "a secret of the cluster",
  QUORUMBOOK_ADMIN: "root.admin:keeper of a hundred books",
  MARIADB_PASSWORD: "secret",
  GRAFANA_PASSWORD: "secret",
};

/** The paths of images are not those of this machine. */
function here(env: Environment): Environment {
  return { ...env, ...("QUORUMBOOK_WEB_ROOT" in env && { QUORUMBOOK_WEB_ROOT: "" }) };
}

/** `ENV` lines of a target of the Dockerfile. */
function imageEnv(target: string): Environment {
  const stage = deploy("docker/Dockerfile")
    .replaceAll("\\\n", " ")
    .split(/^FROM /m);
  const lines = stage.find((text) => text.includes(`AS ${target}\n`))?.match(/^ENV .+$/gm) ?? [];
  const pairs = lines.flatMap((line) => [...line.matchAll(/(\w+)=(\S+)/g)]);
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, value]));
}

describe("deploy/docker", () => {
  interface Service {
    readonly image?: string;
    readonly build?: { readonly target: string };
    readonly environment?: Environment;
    readonly volumes?: readonly string[];
    readonly networks: readonly string[] | object;
    readonly ports?: readonly string[];
  }
  const asked: string[] = [];
  const text = deploy("docker/compose.yaml").replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_, name: string) => {
    asked.push(name);
    return SECRETS[name] ?? "";
  });
  const { services } = parse(text, { merge: true }) as { services: Readonly<Record<string, Service>> };
  const envOf = (service: Service): Environment => ({
    ...imageEnv(service.build?.target ?? ""),
    ...service.environment,
  });

  it("gives each game node settings that it starts with, and the same peers", () => {
    const configs = Object.values(services)
      .filter(({ build }) => build?.target === "game-node")
      .map((service) => readNodeConfig(here(envOf(service))));
    expect(configs.map(({ nodeId }) => nodeId)).toEqual(["node1", "node2", "node3"]);
    for (const { nodeId, peers, raftPort, httpPort, peerUrls } of configs) {
      expect(peers.get(nodeId)).toBe(`${nodeId}:${raftPort}`);
      expect(peerUrls.get(nodeId)?.host).toBe(`${nodeId}:${httpPort}`);
      expect([...peers.keys()]).toEqual(configs.map((config) => config.nodeId));
    }
  });

  it("gives auth-server settings that it starts with, on the database of the compose file", () => {
    const { databaseUrl, port } = readAuthConfig(here(envOf(services["auth"] as Service)));
    expect(databaseUrl?.host).toBe("mariadb:3306");
    expect(services["nginx"]?.environment?.["QUORUMBOOK_AUTH_SERVER"]).toBe(`auth:${port}`);
  });

  it("lets nobody in but through nginx, and Grafana on loopback", () => {
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${port}`),
    );
    expect(published).toEqual(["nginx 8080:8080", "grafana 127.0.0.1:3000:3000"]);
  });

  it("mounts files that there are, and asks for the secrets of the example alone", () => {
    const mounted = Object.values(services)
      .flatMap(({ volumes = [] }) => volumes)
      .filter((volume) => volume.startsWith("."))
      .map((volume) => volume.split(":")[0] ?? "");
    expect(mounted.length).toBeGreaterThan(2);
    expect(mounted.filter((path) => !existsSync(join(projectRoot, "deploy/docker", path)))).toEqual([]);
    const example = [...deploy("docker/secrets.env.example").matchAll(/^(\w+)=/gm)].map(
      ([, name = ""]) => name,
    );
    expect([...new Set(asked)].toSorted()).toEqual(example.toSorted());
  });

  it("copies every package's manifest before it installs", () => {
    const copied = [...deploy("docker/Dockerfile").matchAll(/^COPY (packages\/\S+\/package\.json)/gm)];
    const lock = JSON.parse(readFileSync(join(projectRoot, "package-lock.json"), "utf8")) as {
      packages: Record<string, unknown>;
    };
    const workspaces = Object.keys(lock.packages).filter((path) => /^packages\/[^/]+$/.test(path));
    expect(copied.map(([, path]) => path)).toEqual(
      workspaces.map((path) => `${path}/package.json`).toSorted(),
    );
  });

  it("starts programs that the build makes", () => {
    const programs = [...deploy("docker/Dockerfile").matchAll(/"(packages\/[^"]+)\/dist\/main\.js"/g)];
    expect(programs).toHaveLength(3);
    for (const [, folder] of programs) {
      expect(existsSync(join(projectRoot, folder ?? "", "src/main.ts")), folder).toBe(true);
    }
  });
});

describe("deploy/kubernetes", () => {
  interface Variable {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: {
      readonly secretKeyRef?: { readonly key: string };
      readonly fieldRef?: { readonly fieldPath: string };
    };
  }
  interface Resource {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly spec: {
      readonly replicas?: number;
      readonly serviceName?: string;
      readonly template?: {
        readonly spec: {
          readonly containers: readonly { readonly name: string; readonly env: readonly Variable[] }[];
        };
      };
    };
  }
  const text = deploy("kubernetes/quorumbook.yaml");
  const documents = parseAllDocuments(text);
  const resources = documents.map((document) => document.toJS() as Resource);
  const secrets: Environment = {
    "cluster-secret": "secret",
    "database-url": "mysql://a:b@c:3306/d",
    admin: SECRETS["QUORUMBOOK_ADMIN"] ?? "",
  };

  function envOf(kind: string, name: string, pod: string): Environment {
    const found = resources.find((one) => one.kind === kind && one.metadata.name === name);
    const [container] = found?.spec.template?.spec.containers ?? [];
    return Object.fromEntries(
      (container?.env ?? []).map(({ name: variable, value, valueFrom }) => [
        variable,
        value ?? (valueFrom?.fieldRef ? pod : (secrets[valueFrom?.secretKeyRef?.key ?? ""] ?? "")),
      ]),
    );
  }

  it("is YAML without errors, all in one namespace", () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(new Set(resources.map(({ metadata }) => metadata.namespace))).toEqual(new Set(["quorumbook"]));
  });

  it("names every pod of the StatefulSet as a peer, at the address that it has", () => {
    const set = resources.find(
      ({ kind, metadata }) => kind === "StatefulSet" && metadata.name === "quorumbook-node",
    );
    const pods = Array.from({ length: set?.spec.replicas ?? 0 }, (_, at) => `quorumbook-node-${at}`);
    expect(pods).toHaveLength(3);
    for (const pod of pods) {
      const config = readNodeConfig(envOf("StatefulSet", "quorumbook-node", pod));
      expect(config.peers.get(pod)).toBe(`${pod}.${set?.spec.serviceName}:${config.raftPort}`);
      expect([...config.peers.keys()]).toEqual(pods);
    }
  });

  it("gives auth-server settings that it starts with", () => {
    const { port } = readAuthConfig(envOf("StatefulSet", "auth-server", "auth-server-0"));
    expect(envOf("Deployment", "nginx", "nginx")["QUORUMBOOK_AUTH_SERVER"]).toBe(`auth-server:${port}`);
  });

  it("reads the secrets that its own instructions make, and no others", () => {
    const made = [...text.matchAll(/--from-literal=([\w-]+)=/g)].map(([, key = ""]) => key);
    const used = [...text.matchAll(/secretKeyRef: \{ name: quorumbook, key: ([\w-]+) \}/g)].map(
      ([, key = ""]) => key,
    );
    expect(used.toSorted()).toEqual(made.toSorted());
  });
});

describe("deploy/systemd", () => {
  it.each([
    ["quorumbook-node@.service", "packages/node-server/src/main.ts"],
    ["quorumbook-auth.service", "packages/auth-server/src/main.ts"],
  ])("%s starts a program that there is, and does not restart what cannot be mended so", (unit, program) => {
    const text = deploy(`systemd/${unit}`);
    expect(text).toContain(`${program}\n`);
    expect(existsSync(join(projectRoot, program))).toBe(true);
    expect(text).toMatch(/^RestartPreventExitStatus=.*\b78\b/m);
  });
});
