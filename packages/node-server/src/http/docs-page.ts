// The browsable description: plain HTML made from the OpenAPI document, without a script.

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: unknown;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly responses?: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> }>
  >;
}

interface Description {
  readonly info?: { readonly title?: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
code,pre{font:14px/1.4 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid #8886;border-radius:.4rem}
summary{cursor:pointer;padding:.3rem 0}summary b{display:inline-block;min-width:4rem}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left}`;

export function docsPage(document: object): string {
  const { info = {}, paths = {} } = document as Description;
  const sections = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(method.toUpperCase(), path, operation)),
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(info.title ?? "")}</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>
<h1>${escape(info.title ?? "")}</h1><p>${escape(info.description ?? "")}</p>
<p>The same for programs: <a href="/api/openapi.json">/api/openapi.json</a></p>${sections.join("")}</body></html>`;
}

function section(method: string, path: string, operation: Operation): string {
  const { summary = "", tags = [], parameters = [], requestBody, responses = {} } = operation;
  const rows = parameters.map(
    ({ name, in: where, required, schema }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${escape(where)}${required === true ? ", required" : ""}</td>` +
      `<td><code>${escape(JSON.stringify(schema ?? {}))}</code></td></tr>`,
  );
  const body = requestBody?.content?.["application/json"]?.schema;
  const answers = Object.entries(responses).map(([status, { content }]) => {
    const schema = content?.["application/json"]?.schema;
    return schema === undefined ? "" : `<h4>${escape(status)}</h4>${pretty(schema)}`;
  });
  return `<details><summary><b>${escape(method)}</b> <code>${escape(path)}</code> — ${escape(summary)} (${escape(tags.join(", "))})</summary>
${rows.length === 0 ? "" : `<table>${rows.join("")}</table>`}${body === undefined ? "" : `<h4>Body</h4>${pretty(body)}`}${answers.join("")}</details>`;
}

function pretty(schema: unknown): string {
  return `<pre>${escape(JSON.stringify(schema, null, 2))}</pre>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);
}
