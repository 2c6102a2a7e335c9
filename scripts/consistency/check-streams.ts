// Streams: whatever node a connection went to, and from whatever index it resumed, it was told the same in the same
// order, without a gap or a repeat.
import type { Quote, Segment } from "./history.ts";

export function checkStreams(segments: readonly Segment[]): string[] {
  const byStream = Map.groupBy(segments, ({ stream }) => stream);
  return [...byStream].flatMap(([stream, some]) => checkStream(stream, some));
}

export function checkQuotes(quotes: readonly Quote[]): string[] {
  const faults: string[] = [];
  const known = new Map<string, Quote>();
  for (const quote of quotes) {
    const id = `${quote.gameId} ${quote.version}`;
    const other = known.get(id);
    if (other === undefined) known.set(id, quote);
    else if (other.text !== quote.text) {
      const { gameId, version, node } = quote;
      faults.push(`game ${gameId}, version ${version}: ${node} tells other odds than ${other.node}`);
    }
  }
  return faults;
}

function checkStream(stream: string, segments: readonly Segment[]): string[] {
  const faults: string[] = [];
  /** What each index brought; the longest that anybody heard, as a connection may be cut in its middle. */
  const truth = new Map<number, { readonly texts: readonly string[]; readonly node: string }>();
  const heard = segments.map((segment) => ({ segment, byIndex: byIndexOf(segment, stream, faults) }));
  for (const { segment, byIndex } of heard) {
    for (const [index, texts] of byIndex) {
      const known = truth.get(index);
      if (known === undefined || known.texts.length < texts.length) {
        truth.set(index, { texts, node: segment.node });
      }
    }
  }
  const indexes = [...truth.keys()].toSorted((a, b) => a - b);
  for (const { segment, byIndex } of heard) {
    const { node, from, through } = segment;
    for (const index of indexes) {
      if (index <= from || index > Math.max(through, segment.messages.at(-1)?.index ?? 0)) continue;
      const all = truth.get(index)?.texts ?? [];
      const told = byIndex.get(index) ?? [];
      const whole = index <= through;
      const agrees = told.every((text, at) => text === all[at]) && (!whole || told.length === all.length);
      if (agrees) continue;
      faults.push(
        `${stream} from ${from} at ${node}: at ${index} it was told ${told.length} of ${all.length} messages, ` +
          `as ${truth.get(index)?.node} tells them: ${told.join(" ").slice(0, 300)} | ${all.join(" ").slice(0, 300)}`,
      );
    }
  }
  return faults;
}

function byIndexOf(
  { node, from, messages }: Segment,
  stream: string,
  faults: string[],
): ReadonlyMap<number, readonly string[]> {
  const byIndex = new Map<number, string[]>();
  let last = from;
  for (const { index, text } of messages) {
    if (index <= from) faults.push(`${stream} from ${from} at ${node} begins with ${index}`);
    if (index < last) faults.push(`${stream} from ${from} at ${node}: ${index} comes after ${last}`);
    last = index;
    const texts = byIndex.get(index);
    if (texts === undefined) byIndex.set(index, [text]);
    else texts.push(text);
  }
  return byIndex;
}
