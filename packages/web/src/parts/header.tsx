import { account, preferences, session } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import { ODDS_FORMATS, type OddsFormat } from "../format/odds.ts";
import { router } from "../routing.ts";
import { strings } from "../strings.ts";
import { ConnectionPill } from "./connection-pill.tsx";
import { NavLink } from "./nav-link.tsx";

export function Header() {
  const user = session.user.value;
  const role = user?.role;
  return (
    <header class="top">
      <div class="top-row">
        <a class="brand" href="/" aria-label={strings.brand}>
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>{strings.brand}</span>
        </a>
        <nav class="top-nav" aria-label={strings.nav.label}>
          <NavLink path="/" text={strings.nav.games} />
          {user && <NavLink path="/bets" text={strings.nav.bets} />}
          {user && <NavLink path="/account" text={strings.nav.account} />}
          {role === "admin" && <NavLink path="/admin" text={strings.nav.admin} />}
          <NavLink path="/cluster" text={strings.nav.cluster} />
        </nav>
        <div class="top-end">
          <ConnectionPill />
          <FormatSwitch />
          {user && <BalanceLink />}
          {!user && session.state.value.type === "guest" && router.route.value.page !== "login" && (
            <a class="button primary small" href="/login">
              {strings.nav.signIn}
            </a>
          )}
        </div>
      </div>
    </header>
  );
}

function BalanceLink() {
  const money = account.money.value;
  return (
    <a class="balance" href="/account">
      <span class="balance-label">{strings.nav.balance}</span>
      <output class="balance-amount" data-testid="balance">
        {money ? formatMoney(money.balance) : "…"}
      </output>
    </a>
  );
}

function FormatSwitch() {
  return (
    <select
      class="format-switch"
      aria-label={strings.nav.oddsFormat}
      value={preferences.oddsFormat.value}
      onChange={(event) => {
        preferences.oddsFormat.value = event.currentTarget.value as OddsFormat;
      }}
    >
      {ODDS_FORMATS.map((format) => (
        <option key={format} value={format}>
          {strings.oddsFormats[format]}
        </option>
      ))}
    </select>
  );
}
