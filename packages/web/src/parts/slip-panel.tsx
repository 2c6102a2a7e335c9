import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { AcceptPolicy } from "@quorumbook/client";
import { preferences, session, slip } from "../client.ts";
import { entryId } from "../stores/slip.ts";
import { strings } from "../strings.ts";
import { PriceAnnouncer } from "./price-announcer.tsx";
import { SlipEntryCard } from "./slip-entry-card.tsx";
import { useKeptFocus } from "./use-kept-focus.ts";

/** On a narrow screen the slip is a sheet from below, which the bettor pulls up; on a wide one it stands beside. */
const sheetOpen = signal(false);

export function SlipPanel() {
  const entries = slip.entries.value;
  const count = entries.length;
  // An entry that is taken away takes its buttons along.
  const panel = useKeptFocus<HTMLElement>(String(count));
  const bar = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    sheetOpen.value = false;
    requestAnimationFrame(() => bar.current?.focus());
  };
  useEffect(() => {
    if (count === 0) sheetOpen.value = false;
  }, [count]);
  return (
    <>
      <aside
        ref={panel}
        tabIndex={-1}
        class={sheetOpen.value ? "slip open" : "slip"}
        aria-label={strings.slip.title}
        data-testid="slip"
        onKeyDown={(event) => {
          if (event.key === "Escape" && sheetOpen.value) close();
        }}
      >
        <div class="slip-head">
          <h2>{strings.slip.title}</h2>
          <button
            type="button"
            class="icon-button sheet-only"
            aria-label={strings.slip.close}
            onClick={close}
          >
            ×
          </button>
        </div>
        {count === 0 ? <p class="empty">{strings.slip.empty}</p> : <PolicyChoice />}
        <ul class="slip-entries">
          {entries.map((entry) => (
            <SlipEntryCard key={entryId(entry)} entry={entry} />
          ))}
        </ul>
        {count > 0 && session.state.value.type === "guest" && (
          <a class="button primary wide" href="/login">
            {strings.slip.signIn}
          </a>
        )}
        <PriceAnnouncer />
      </aside>
      {count > 0 && !sheetOpen.value && (
        <button
          ref={bar}
          type="button"
          class="slip-bar sheet-only"
          data-testid="slip-bar"
          onClick={() => {
            sheetOpen.value = true;
            requestAnimationFrame(() =>
              (panel.current?.querySelector("input") ?? panel.current)?.focus({ preventScroll: true }),
            );
          }}
        >
          {strings.slip.open(count)}
        </button>
      )}
    </>
  );
}

function PolicyChoice() {
  return (
    <label class="policy">
      <span>{strings.slip.policy}</span>
      <select
        value={preferences.accept.value}
        onChange={(event) => {
          preferences.accept.value = event.currentTarget.value as AcceptPolicy;
        }}
      >
        {Object.entries(strings.slip.policies).map(([policy, text]) => (
          <option key={policy} value={policy}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
