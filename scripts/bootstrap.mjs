// Set-up before the first run: installs the locked dependencies (the pinned Node among them) and builds the
// web app, each only when its input changed. Plain JavaScript that any Node >= 20 runs, with no dependency,
// because it must work before there is a node_modules.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installStamp = join(root, "node_modules", ".quorumbook-install");
const webStamp = join(root, "node_modules", ".quorumbook-web");
const lock = join(root, ".bootstrap-lock");

/** How long another run's set-up may hold the lock before it is taken for dead. */
const LOCK_STALE_MS = 10 * 60_000;

const major = Number(process.versions.node.split(".")[0]);
if (major < 20)
  fail(`Node ${process.versions.node} is too old: Quorumbook needs Node 20 or newer to set itself up.`);

// For who must not have the dependencies replaced underneath: says whether they are those of the lockfile.
if (process.argv.includes("--check")) process.exit(installIsCurrent() ? 0 : 1);

if (!(installIsCurrent() && webIsCurrent())) {
  await withLock(() => {
    if (!installIsCurrent()) install();
    if (!webIsCurrent()) buildWeb();
  });
}

function installIsCurrent() {
  return readOr(installStamp) === lockfileHash();
}

function webIsCurrent() {
  return existsSync(join(root, "packages/web/dist/index.html")) && readOr(webStamp) === webHash();
}

function install() {
  say("installing dependencies (npm ci) …");
  rmSync(installStamp, { force: true });
  runNpm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(installStamp, lockfileHash());
}

function buildWeb() {
  say("building the web app …");
  // Through npm run, so that the pinned Node of node_modules/.bin does it.
  runNpm(["run", "-s", "build", "-w", "@quorumbook/web"]);
  writeFileSync(webStamp, webHash());
}

/** Runs npm as this npm does, without the settings that an outer `npm run` leaves in the environment. */
function runNpm(args) {
  const env = {};
  const kept =
    /^npm_config_(registry|.*proxy|cafile|ca|cache|userconfig|globalconfig|strict_ssl|_auth.*|\/\/.*)$/i;
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^npm_/i.test(name) || kept.test(name)) env[name] = value;
  }
  const cli = process.env.npm_execpath;
  const [command, first] = cli && /npm-cli\.[cm]?js$/.test(cli) ? [process.execPath, [cli]] : ["npm", []];
  // Standard output belongs to the command that asked for the set-up (it may print JSON), so npm gets stderr.
  const result = spawnSync(command, [...first, ...args], { cwd: root, env, stdio: ["ignore", 2, 2] });
  if (result.error) fail(`cannot run npm: ${result.error.message}`);
  if (result.signal) process.kill(process.pid, result.signal);
  if (result.status !== 0) fail(`npm ${args.join(" ")} failed; see its messages above.`);
}

async function withLock(work) {
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (lockIsDead()) {
        rmSync(lock, { recursive: true, force: true });
        continue;
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.on("exit", release);
  writeFileSync(join(lock, "pid"), String(process.pid));
  work();
  release();
}

function lockIsDead() {
  try {
    if (Date.now() - statSync(lock).mtimeMs > LOCK_STALE_MS) return true;
    const pid = Number(readOr(join(lock, "pid")));
    if (!pid) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH" || error.code === "ENOENT";
  }
}

function lockfileHash() {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  return hash.update(`${process.platform}-${process.arch}`).digest("hex");
}

function webHash() {
  const hash = createHash("sha256").update(lockfileHash());
  const add = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
    } else {
      hash.update(relative(root, path)).update(readFileSync(path));
    }
  };
  for (const name of ["src", "public", "index.html", "vite.config.ts", "package.json"]) {
    add(join(root, "packages/web", name));
  }
  add(join(root, "packages/betting-core/src"));
  return hash.digest("hex");
}

function readOr(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function say(text) {
  process.stderr.write(`quorumbook: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
