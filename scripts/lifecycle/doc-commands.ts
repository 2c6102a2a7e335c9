/** A block of commands in a page, and the heading that it stands below. */
export interface DocCommands {
  readonly heading: string;
  /** Line of the page at which the commands begin. */
  readonly line: number;
  readonly script: string;
}

const BLOCK = /^```sh\n# run\n([\s\S]*?)^```$/gm;

/** The blocks of a Markdown page that begin with `# run`, in order. */
export function docCommands(page: string): DocCommands[] {
  return [...page.matchAll(BLOCK)].map((match) => {
    const before = page.slice(0, match.index);
    const headings = before.match(/^##+ .+$/gm) ?? [];
    return {
      heading: headings.at(-1)?.replace(/^##+ /, "") ?? "",
      line: before.split("\n").length + 2,
      script: match[1] ?? "",
    };
  });
}
