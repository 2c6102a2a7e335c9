import type { ComponentChildren } from "preact";
import { session } from "../client.ts";
import { Header } from "../parts/header.tsx";
import { lazyPage } from "../parts/lazy-page.tsx";
import { NoticeList } from "../parts/notice-list.tsx";
import { SlipPanel } from "../parts/slip-panel.tsx";
import { TabBar } from "../parts/tab-bar.tsx";
import { useShortcuts } from "../parts/use-shortcuts.ts";
import type { Route } from "../router.ts";
import { router } from "../routing.ts";
import { strings } from "../strings.ts";
import { AccountPage } from "./account.tsx";
import { BetsPage } from "./bets.tsx";
import { GamePage } from "./game.tsx";
import { GamesPage } from "./games.tsx";
import { LoginPage } from "./login.tsx";
import { NotFoundPage } from "./not-found.tsx";

const DrawPage = lazyPage(async () => (await import("./draw.tsx")).DrawPage);
const AdminPage = lazyPage(async () => (await import("./admin.tsx")).AdminPage);
const AdminGamePage = lazyPage(async () => (await import("./admin-game.tsx")).AdminGamePage);
const AuditPage = lazyPage(async () => (await import("./audit.tsx")).AuditPage);
const ClusterPage = lazyPage(async () => (await import("./cluster.tsx")).ClusterPage);

/** Pages on which bets are made have the slip beside them. */
const WITH_SLIP: readonly Route["page"][] = ["games", "game", "bets"];

export function App() {
  useShortcuts();
  const route = router.route.value;
  const withSlip = WITH_SLIP.includes(route.page);
  return (
    <>
      <a class="skip" href="#content">
        {strings.skipToContent}
      </a>
      <Header />
      <div class={withSlip ? "frame with-slip" : "frame"}>
        <main id="content" tabIndex={-1}>
          <Page route={route} />
        </main>
        {withSlip && <SlipPanel />}
      </div>
      <TabBar />
      <NoticeList />
    </>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "games":
      return <GamesPage />;
    case "game":
      return <GamePage key={route.gameId} gameId={route.gameId} />;
    case "draw":
      return <DrawPage key={String(route.gameId)} gameId={route.gameId} />;
    case "bets":
      return (
        <SignedIn>
          <BetsPage />
        </SignedIn>
      );
    case "account":
      return (
        <SignedIn>
          <AccountPage />
        </SignedIn>
      );
    case "admin":
      return (
        <SignedIn roles={["admin"]}>
          <AdminPage />
        </SignedIn>
      );
    case "admin-game":
      return (
        <SignedIn roles={["admin"]}>
          <AdminGamePage key={route.gameId} gameId={route.gameId} />
        </SignedIn>
      );
    case "audit":
      return (
        <SignedIn roles={["admin"]}>
          <AuditPage />
        </SignedIn>
      );
    case "cluster":
      return <ClusterPage />;
    case "login":
      return <LoginPage />;
    case "not-found":
      return <NotFoundPage />;
    default:
      return route satisfies never;
  }
}

/** What takes an account. The servers decide what a role may do; this spares others an empty page. */
function SignedIn({ roles, children }: { roles?: readonly string[]; children: ComponentChildren }) {
  const state = session.state.value;
  if (state.type === "unknown") return <p class="quiet">{strings.game.loading}</p>;
  if (state.type === "guest") return <LoginPage />;
  if (roles && !roles.includes(state.user.role)) return <p class="quiet">{strings.forbidden}</p>;
  return <>{children}</>;
}
