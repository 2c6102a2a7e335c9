/** What a command prints: the answer on standard output, what goes on meanwhile on standard error. */
export interface Output {
  /** The answer: as JSON where that was asked for, in words otherwise. */
  answer(json: unknown, words: string): void;
  readonly progress: (line: string) => void;
}

export function outputTo(out: NodeJS.WritableStream, progress: NodeJS.WritableStream, json: boolean): Output {
  return {
    answer: (value, words) => {
      out.write(json ? `${JSON.stringify(value)}\n` : `${words.trimEnd()}\n`);
    },
    progress: (line) => {
      progress.write(`${line}\n`);
    },
  };
}

/** Lines of columns, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Minor units as people write them: 1250 is 12.50. */
export function money(minorUnits: number): string {
  const sign = minorUnits < 0 ? "-" : "";
  const digits = String(Math.abs(minorUnits)).padStart(3, "0");
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
