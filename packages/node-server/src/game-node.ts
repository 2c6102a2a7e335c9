// A game node put together: machine, log, gateway, routes, sockets. `main.ts` gives it a replicated log and the
// real clock; tests a log in memory.
import type { KeyObject } from "node:crypto";
import type { FastifyBaseLogger } from "fastify";
import type { Front } from "./front/front.ts";
import { createNodeFront } from "./front/node-front.ts";
import { createUwsFront } from "./front/uws-front.ts";
import { createApp, type App } from "./http/app.ts";
import { RequestLog } from "./http/request-log.ts";
import { CommitTimes } from "./commit-times.ts";
import { createMetrics } from "./metrics.ts";
import { PeerReporter } from "./peer-reports.ts";
import { BettingStateMachine } from "./replication/betting-state-machine.ts";
import { CommandGateway } from "./replication/command-gateway.ts";
import { startHashing } from "./receipts/hash-history.ts";
import { Notary, originOf } from "./receipts/notary.ts";
import { startDuties } from "./replication/leader-duties.ts";
import { ReadinessWatch } from "./replication/readiness.ts";
import type { ReplicatedLog } from "./replication/replicated-log.ts";
import { clientAddressBy } from "./security/client-address.ts";
import { RateLimiter } from "./security/rate-limiter.ts";
import { ProblemError } from "./contract/problem-codes.ts";
import { Revocations, type RevocationsOptions } from "./security/revocations.ts";
import { type Identity, TokenVerifier, type TokenVerifierOptions } from "./security/token-verifier.ts";
import type { Services } from "./services.ts";
import { Broadcaster } from "./socket/broadcaster.ts";
import { startKeepAlive } from "./socket/keep-alive.ts";
import { Session } from "./socket/session.ts";
import type { SocketAdmission } from "./socket/socket-server.ts";
import type { UwsModule } from "./uws/load-uws.ts";
import { ownReport } from "./views/cluster-answer.ts";
import { clusterFigures, ownFigures } from "./views/cluster-figures.ts";

export interface GameNodeOptions<Log extends ReplicatedLog> {
  readonly openLog: (machine: BettingStateMachine) => Promise<Log>;
  readonly peerUrls: ReadonlyMap<string, URL>;
  readonly jwksUrl: URL;
  /** Where auth-server tells whose tokens it has called back, if it is to be asked. */
  readonly revocationsUrl?: URL | undefined;
  readonly fetchRevocations?: RevocationsOptions["fetchList"];
  readonly issuer: string;
  readonly audience: string;
  /** How the keys are fetched; by default over HTTP. */
  readonly fetchKeys?: TokenVerifierOptions["fetchKeys"];
  readonly bankroll: number;
  readonly clusterId: string;
  /** Private key of Ed25519 that checkpoints of the history are signed with. */
  readonly receiptKey: KeyObject;
  readonly rateLimit: number;
  /** Addresses of proxies whose word on the client's address is taken, beside loopback. */
  readonly trustedProxies?: readonly string[];
  /** What carries REST and WebSocket; without it, Node's own HTTP server and `ws`. */
  readonly uws?: UwsModule | undefined;
  readonly logger: FastifyBaseLogger;
  /** The node cannot go on: its state can no longer be vouched for. */
  readonly onFatal: (error: unknown) => void;
}

export interface GameNode<Log extends ReplicatedLog = ReplicatedLog> {
  readonly app: App;
  readonly log: Log;
  readonly services: Services;
  readonly broadcaster: Broadcaster;
  /** Starts to listen; returns the port. */
  listen(host: string, port: number): Promise<number>;
  /** Stops in good order: no new connections, sockets closed with 1001, leadership handed over. */
  close(): Promise<void>;
}

const GOING_AWAY = 1001;

export async function createGameNode<Log extends ReplicatedLog>(
  options: GameNodeOptions<Log>,
): Promise<GameNode<Log>> {
  const { logger, onFatal } = options;
  const machine = new BettingStateMachine();
  let appliedAt = Number.NEGATIVE_INFINITY;
  machine.listen({
    onApplied: ({ index, command, applied: { outcome } }) => {
      appliedAt = performance.now();
      // On every node: with a request's index or key, its way can be followed through all of them.
      logger.debug(
        {
          index,
          type: command.type,
          actor: command.actor,
          key: command.key,
          refused: outcome.status === "rejected" ? outcome.rejection.code : undefined,
        },
        "applied",
      );
    },
    onRestored: () => {
      appliedAt = performance.now();
    },
  });
  const log = await options.openLog(machine);
  // Not this machine's own clock, which may be wrong: tokens would end early, or live on.
  const now = (): number => log.now();
  const gateway = new CommandGateway(log, machine);
  const revocations = openRevocations(options, (users) => {
    for (const user of users) for (const session of broadcaster.subscriptions.ofUser(user)) session.revoke();
  });
  const isRevoked = (identity: Identity) => revocations?.isRevoked(identity) === true;
  const tokens = new TokenVerifier({ ...options, now, isRevoked });
  const peers = new PeerReporter(options.peerUrls);
  const readiness = new ReadinessWatch({
    log,
    opened: () => machine.opened,
    onChange: (now) => logger.info({ readiness: now }, "readiness changed"),
  });
  let front: Front | undefined;
  const metrics = createMetrics({
    log,
    machine,
    gateway,
    connections: () => front?.sockets.connections ?? 0,
    followers: () => broadcaster.subscriptions.followers,
    isReady: () => readiness.readiness === "ready",
  });
  const commits = new CommitTimes(() => performance.now());
  gateway.onCommitted = (ms) => commits.add(ms);
  const figuresNow = () =>
    ownFigures(log.status(), {
      queue: gateway.inFlight,
      sockets: front?.sockets.connections ?? 0,
      commits,
    });
  const services: Services = {
    machine,
    log,
    gateway,
    tokens,
    isRevoked,
    notary: new Notary({
      book: () => machine.book,
      key: options.receiptKey,
      origin: originOf(options.clusterId),
      now: () => performance.now(),
    }),
    rates: new RateLimiter(options.rateLimit, () => performance.now()),
    addressOf: clientAddressBy(options.trustedProxies ?? []),
    ownReport: () => ownReport(log.status(), machine, performance.now() - appliedAt),
    peerReports: () => peers.reports,
    ownFigures: figuresNow,
    clusterFigures: () => clusterFigures(log.status(), figuresNow(), peers.figures),
    readiness: () => readiness.readiness,
    metrics: metrics.text,
  };
  const clock = {
    now: () => performance.now(),
    after: (ms: number, then: () => void) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
  };
  const broadcaster = new Broadcaster(services, clock, (error) =>
    logger.error({ err: error }, "an entry could not be told to the clients"),
  );
  const requestLog = new RequestLog(logger, metrics.onResponse);
  const app = await createApp(services, logger, requestLog);
  log.subscribe((event) => {
    if (event.type === "fatal") onFatal(event.error);
  });
  const stopDuties = startDuties(
    {
      log,
      book: () => machine.book,
      bankroll: options.bankroll,
      onDelay: (error) => logger.debug({ err: error }, "the leader's tick will be tried again"),
    },
    onFatal,
  );
  const stopHashing = startHashing(
    () => machine.book,
    () => gateway.inFlight > 0,
  );
  const stopKeepAlive = startKeepAlive(broadcaster.sessions, now);

  return {
    app,
    log,
    services,
    broadcaster,
    async listen(host, port) {
      tokens.start((error) => logger.warn({ err: error }, "the token keys cannot be fetched yet"));
      revocations?.start();
      peers.start();
      readiness.start();
      front =
        options.uws === undefined
          ? createNodeFront(app, admissionOf(services))
          : createUwsFront(options.uws, app, services, requestLog, admissionOf(services));
      front.sockets.onConnection(
        (connection) =>
          new Session(connection, {
            services,
            broadcaster,
            now,
            onError: (error) => logger.error({ err: error }, "a bet over the socket failed"),
            onClosing: metrics.onSocketClosing,
          }),
      );
      return await front.listen(host, port);
    },
    async close() {
      peers.stop();
      readiness.stop();
      tokens.stop();
      revocations?.stop();
      stopKeepAlive();
      stopDuties();
      stopHashing();
      await front?.sockets.close(GOING_AWAY, "the node is going away");
      broadcaster.stop();
      await (front ?? app).close();
      await log.close();
    },
  };
}

/** So many WebSockets from one address, and no more. */
function admissionOf({ rates, addressOf }: Services): SocketAdmission {
  return (peer, forwardedFor) => {
    try {
      return rates.openSocket(addressOf(peer, forwardedFor));
    } catch (error) {
      if (error instanceof ProblemError) return undefined;
      throw error;
    }
  };
}

/** The list of revocations, where the node is told of one. */
function openRevocations(
  { revocationsUrl, fetchRevocations, logger }: GameNodeOptions<ReplicatedLog>,
  onRevoked: RevocationsOptions["onRevoked"],
): Revocations | undefined {
  if (revocationsUrl === undefined) return undefined;
  return new Revocations({
    url: revocationsUrl,
    onRevoked,
    onFailure: (error) => logger.warn({ err: error }, "the list of revoked tokens cannot be fetched"),
    ...(fetchRevocations !== undefined && { fetchList: fetchRevocations }),
  });
}
