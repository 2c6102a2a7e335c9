/** Before a slash that begins a regular expression; after anything else a slash divides. */
const BEFORE_REGEXP = /(?:[(,=:[!&|?{};+~^%*<>]|^|\b(?:return|typeof|case|in|of))\s*$/;

/**
 * Blanks out comments, string contents and regular expressions, and keeps every line where it was, so that a search
 * for code finds code. Code inside `${…}` of a template stays.
 */
export function codeOnly(text: string): string {
  let out = "";
  let at = 0;
  /** For each template literal that we are inside of: how many braces are open since its last `${`. */
  const templates: number[] = [];
  const blank = (to: number) => {
    out += text.slice(at, to).replace(/[^\n]/g, " ");
    at = to;
  };
  const inTemplate = () => {
    for (let end = at; end < text.length; end += 1) {
      if (text[end] === "\\") end += 1;
      else if (text[end] === "`") {
        blank(end);
        out += "`";
        at += 1;
        return;
      } else if (text.startsWith("${", end)) {
        blank(end + 2);
        templates.push(0);
        return;
      }
    }
    blank(text.length);
  };
  while (at < text.length) {
    const character = text[at] ?? "";
    const two = text.slice(at, at + 2);
    if (two === "//") blank(endOr(text, text.indexOf("\n", at)));
    else if (two === "/*") blank(endOr(text, text.indexOf("*/", at) + 2));
    else if (character === '"' || character === "'") {
      const end = endOfQuoted(text, at, character);
      out += character;
      at += 1;
      blank(end - 1);
      out += character;
      at = end;
    } else if (character === "`") {
      out += "`";
      at += 1;
      inTemplate();
    } else if (character === "/" && BEFORE_REGEXP.test(lastCode(out))) {
      blank(endOfRegExp(text, at));
    } else {
      const depth = templates.at(-1);
      if (depth !== undefined && character === "{") templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && character === "}") {
        if (depth === 0) {
          templates.pop();
          out += " ";
          at += 1;
          inTemplate();
          continue;
        }
        templates[templates.length - 1] = depth - 1;
      }
      out += character;
      at += 1;
    }
  }
  return out;
}

function lastCode(out: string): string {
  return out.slice(-200).trimEnd().slice(-20);
}

function endOr(text: string, end: number): number {
  return end <= 1 ? text.length : end;
}

function endOfQuoted(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === quote || text[at] === "\n") return at + 1;
  }
  return text.length;
}

function endOfRegExp(text: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\\") at += 1;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "\n" || (character === "/" && !inClass)) return at + 1;
  }
  return text.length;
}
