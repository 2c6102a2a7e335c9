import { explainDraw, verifyDraw } from "@quorumbook/betting-core";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { canVerify, commands, houseKey, wait } from "../client.ts";
import type { DrawValues } from "../format/draw-claim.ts";
import { formatCount } from "../format/number.ts";
import { formatPercent } from "../format/odds.ts";
import { formatTime } from "../format/time.ts";
import { checkClosing, type ClosingVerdict } from "../stores/draw-check.ts";
import type { LiveGame } from "../stores/games.ts";
import { drawWords as words } from "../strings/draws.ts";

/** How the result comes about: seeds, history, number, share. @param game whose labels the outcomes have */
export function DrawSteps({ values, game }: { values: DrawValues; game: LiveGame | undefined }) {
  const { parties, mixed } = explainDraw(values);
  return (
    <ol class="draw-steps">
      <Step title={words.steps.seeds} text={words.steps.seedsText}>
        <div class="parties">
          {parties.map((party, at) => (
            <Party key={`${at} ${party.commitment}`} position={at + 1} {...party} />
          ))}
        </div>
        {values.revealBy !== undefined && values.seeds.includes(null) && (
          <p class="quiet">{words.revealBy(formatTime(values.revealBy))}</p>
        )}
      </Step>
      <Step title={words.steps.history} text={words.steps.historyText}>
        <Closing closing={values.closing} />
      </Step>
      <Step title={words.steps.mix} text={words.steps.mixText}>
        {mixed && (
          <dl class="hashes" data-testid="draw-mix">
            <dt>{words.key}</dt>
            <dd class="hash">{mixed.key}</dd>
            <dt>{words.number}</dt>
            <dd>
              <strong class="number">{formatCount(mixed.number)}</strong>{" "}
              <span class="quiet">{words.among(formatCount(mixed.total - 1))}</span>
            </dd>
          </dl>
        )}
      </Step>
      <Step title={words.steps.shares} text={words.steps.sharesText}>
        <Shares values={values} game={game} number={mixed?.number ?? null} />
      </Step>
    </ol>
  );
}

function Step({ title, text, children }: { title: string; text: string; children: ComponentChildren }) {
  return (
    <li class="panel">
      <h2>{title}</h2>
      <p class="quiet">{text}</p>
      {children}
    </li>
  );
}

interface PartyProps {
  readonly position: number;
  readonly commitment: string;
  readonly seed: string | null;
  readonly hash: string | null;
}

function Party({ position, commitment, seed, hash }: PartyProps) {
  const fits = hash === commitment;
  return (
    <div class="party" data-testid={`party-${position}`}>
      <h3>{words.party(position)}</h3>
      <dl class="hashes">
        <dt>{words.commitment}</dt>
        <dd class="hash">{commitment}</dd>
        <dt>{words.seed}</dt>
        <dd class={seed === null ? "quiet" : "hash"}>{seed ?? words.sealed}</dd>
        {seed !== null && (
          <>
            <dt>{words.hash}</dt>
            <dd>
              <span class="hash">{hash ?? words.noSeed}</span>
              <span class={fits ? "finding gain" : "finding loss"}>
                {fits ? "✓ " : "✗ "}
                {fits ? words.matches : words.differs}
              </span>
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}

/** The history when betting ended, and whether the house stands by it. */
function Closing({ closing }: { closing: DrawValues["closing"] }) {
  const [verdict, setVerdict] = useState<ClosingVerdict | null>(null);
  useEffect(() => {
    let left = false;
    setVerdict(null);
    const check = async (): Promise<void> => {
      if (!closing) return;
      const found = await checkClosing(closing, commands, houseKey, { canVerify, wait });
      if (!left) setVerdict(found);
    };
    void check();
    return () => {
      left = true;
    };
  }, [closing?.size, closing?.root]);
  if (!closing) return <p class="quiet">{words.bettingGoesOn}</p>;
  const tone =
    verdict === "signed" ? "gain" : verdict === "unsigned" || verdict === "other-key" ? "loss" : "quiet";
  return (
    <dl class="hashes">
      <dt>{words.size}</dt>
      <dd>{formatCount(closing.size)}</dd>
      <dt>{words.root}</dt>
      <dd>
        <span class="hash">{closing.root}</span>
        <span
          class={`finding ${tone}`}
          role="status"
          data-testid="draw-closing"
          data-verdict={verdict ?? "checking"}
        >
          {verdict === "signed" && "✓ "}
          {tone === "loss" && "✗ "}
          {verdict === null ? words.checking : words.closing[verdict]}
        </span>
      </dd>
    </dl>
  );
}

const BAR_WIDTH = 600;
const BAR_HEIGHT = 34;
const COLOURS = 6;

interface SharesProps {
  readonly values: DrawValues;
  readonly game: LiveGame | undefined;
  /** Null where none is drawn yet. */
  readonly number: number | null;
}

/** The numbers that each outcome wins with, to scale, and where the drawn one fell. */
function Shares({ values: { weights }, game, number, values }: SharesProps) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const verdict = verifyDraw(values);
  const winner = verdict.valid ? verdict.winner : undefined;
  if (!(total > 0)) return null;
  let next = 0;
  const shares = weights.map((weight, at) => {
    const from = next;
    next += weight;
    const key = `opt${at + 1}`;
    const label = game?.outcomes[at]?.label ?? words.outcomeOf(at + 1);
    return { key, label, weight, from, isDrawn: key === winner };
  });
  const at = number === null ? null : ((number + 0.5) / total) * BAR_WIDTH;
  return (
    <>
      <svg class="shares" viewBox={`0 0 ${BAR_WIDTH} ${BAR_HEIGHT}`} aria-hidden="true">
        {shares.map(({ key, from, weight }, position) => (
          <rect
            key={key}
            x={(from / total) * BAR_WIDTH}
            y="10"
            width={(weight / total) * BAR_WIDTH}
            height="20"
            class={`share-field field-${(position % COLOURS) + 1}`}
          />
        ))}
        {at !== null && <path class="pointer" d={`M${at - 7} 0h14l-7 12z`} />}
      </svg>
      <div class="scroll">
        <table class="plain" data-testid="draw-shares">
          <thead>
            <tr>
              <th scope="col">{words.outcome}</th>
              <th scope="col" class="number">
                {words.chance}
              </th>
              <th scope="col" class="number">
                {words.share}
              </th>
            </tr>
          </thead>
          <tbody>
            {shares.map(({ key, label, weight, from, isDrawn }, position) => (
              <tr key={key} class={isDrawn ? "won" : ""}>
                <th scope="row">
                  <i class={`swatch field-${(position % COLOURS) + 1}`} aria-hidden="true" />
                  {label}
                </th>
                <td class="number">{formatPercent(weight / total)}</td>
                <td class="number">
                  {weight === 0
                    ? words.noNumbers
                    : words.range(formatCount(from), formatCount(from + weight - 1))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
