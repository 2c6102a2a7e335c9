import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { GatewaySettings } from "../gateway/settings.ts";
import { projectRoot } from "../lib/source-paths.ts";

export const TEMPLATE = join(projectRoot, "deploy/nginx/quorumbook.conf.template");

/** The configuration of the entry point for nginx's `http` block: the template of deploy/nginx, filled in. */
export function entryPointConfig({ host, port, nodes, auth }: GatewaySettings): string {
  return fillIn(readFileSync(TEMPLATE, "utf8"), {
    QUORUMBOOK_LISTEN: `${host}:${port}`,
    QUORUMBOOK_NODE_SERVERS: nodes
      .map((node) => `server ${node.host}:${node.port} max_fails=1 fail_timeout=2s;`)
      .join("\n    "),
    QUORUMBOOK_AUTH_SERVER: `${auth.host}:${auth.port}`,
  });
}

/** As envsubst does it: `${NAME}` of the names given, and nothing else that begins with a dollar sign. */
function fillIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\$\{([A-Z_]+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/**
 * A whole configuration for an nginx that runs in the foreground from one folder of its own, next to whatever other
 * nginx the machine has.
 *
 * @param folder its pid file and temporary files
 */
export function mainConfig(folder: string, entryPoint: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `    ${name}_temp_path ${folder}/${name};`)
    .join("\n");
  return `daemon off;
worker_processes auto;
pid ${folder}/nginx.pid;
error_log stderr warn;

events {
    worker_connections 16384;
}

http {
    access_log off;
${temporary}

${entryPoint.replaceAll(/^(?=.)/gm, "    ")}
}
`;
}
