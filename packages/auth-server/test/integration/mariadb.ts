// A MariaDB server of the test's own: an empty folder, a free port, gone afterwards.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { createConnection } from "mysql2/promise";
import { vi } from "vitest";

const run = promisify(execFile);

function find(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

const SERVER = find("mariadbd");
const INSTALLER = find("mariadb-install-db");
export const isInstalled = SERVER !== undefined && INSTALLER !== undefined;
export const HOW_TO_INSTALL = "apt-get install mariadb-server";

type Pem = string | Buffer;

export interface Mariadb {
  /** A new, empty database; its URL as DATABASE_URL takes it. */
  newDatabase(): Promise<string>;
  start(): Promise<void>;
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  pause(): void;
  resume(): void;
  /** Serves TLS with these from now on; without them it does not. */
  useCertificate(credentials: { readonly key: Pem; readonly cert: Pem; readonly ca: Pem }): Promise<void>;
  /** The file with the authority of the certificate in use. */
  readonly authorityFile: string;
  remove(): Promise<void>;
}

export async function installMariadb(): Promise<Mariadb> {
  if (SERVER === undefined || INSTALLER === undefined) throw new Error(HOW_TO_INSTALL);
  const program = SERVER;
  const folder = await mkdtemp(join(tmpdir(), "quorumbook-mariadb-"));
  const data = join(folder, "data");
  const isRoot = process.getuid?.() === 0;
  // It refuses to run as root, so a test that does hands the folder to the user that the package made.
  const user = isRoot ? ["--user=mysql"] : [];
  if (isRoot) {
    await chmod(folder, 0o755);
    const { stdout } = await run("id", ["-u", "mysql"]);
    await chown(folder, Number(stdout), 0);
  }
  await run(INSTALLER, [
    "--no-defaults",
    `--datadir=${data}`,
    "--auth-root-authentication-method=normal",
    ...user,
  ]);
  const tls = { key: join(folder, "key.pem"), cert: join(folder, "cert.pem"), ca: join(folder, "ca.pem") };
  const port = await freePort();
  const root = `mysql://root@127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let databases = 0;

  async function isUp(): Promise<boolean> {
    try {
      await (await createConnection(`${root}/mysql`)).end();
      return true;
    } catch {
      return false;
    }
  }

  async function stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  async function start(): Promise<void> {
    const place = [`--datadir=${data}`, `--socket=${join(folder, "socket")}`, `--port=${port}`];
    const args = [
      "--no-defaults",
      ...place,
      "--bind-address=127.0.0.1",
      "--innodb-buffer-pool-size=32M",
      ...(existsSync(tls.cert)
        ? [`--ssl-key=${tls.key}`, `--ssl-cert=${tls.cert}`, `--ssl-ca=${tls.ca}`]
        : []),
      ...user,
    ];
    child = spawn(program, args, { stdio: "ignore" });
    await vi.waitUntil(isUp, { timeout: 60_000, interval: 100 });
  }

  return {
    start,
    stop,
    async newDatabase() {
      const name = `auth${(databases += 1)}`;
      const connection = await createConnection(`${root}/mysql`);
      await connection.query(`create database ${name}`);
      await connection.end();
      return `${root}/${name}`;
    },
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    authorityFile: tls.ca,
    async useCertificate(credentials) {
      for (const part of ["key", "cert", "ca"] as const) await writeFile(tls[part], credentials[part]);
      await stop("SIGTERM");
      await start();
    },
    async remove() {
      child?.kill("SIGCONT");
      await stop("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
