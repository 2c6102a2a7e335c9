const segments = new Intl.Segmenter();

/** The text, or as many whole characters of it as fit beside an ellipsis. */
export function shorten(text: string, most: number): string {
  const characters = Array.from(segments.segment(text), ({ segment }) => segment);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
