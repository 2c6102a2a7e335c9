// The browsable description: plain HTML made from the OpenAPI document, without a script.

interface Media {
  readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
}

interface Response extends Media {
  readonly $ref?: string;
  readonly description?: string;
}

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: unknown;
  }[];
  readonly requestBody?: Media;
  readonly responses?: Readonly<Record<string, Response>>;
}

interface Description {
  readonly info?: { readonly title?: string; readonly description?: string };
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly responses?: Readonly<Record<string, Response>> };
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
code,pre{font:14px/1.4 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid #8886;border-radius:.4rem}
summary{cursor:pointer;padding:.3rem 0}summary b{display:inline-block;min-width:4rem}table{border-collapse:collapse}
td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}nav a{margin-right:1rem}`;

export function docsPage(document: object): string {
  const { info = {}, tags = [], paths = {}, components = {} } = document as Description;
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const groups = tags.map(({ name, description = "" }) => {
    const some = routes.filter(({ operation }) => operation.tags?.includes(name) === true);
    return `<h2 id="${escape(name)}">${escape(name)}</h2><p>${escape(description)}</p>${some.map(section).join("")}`;
  });
  const title = escape(info.title ?? "");
  const links = tags.map(({ name }) => `<a href="#${escape(name)}">${escape(name)}</a>`).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>
<h1>${title}</h1><p>${escape(info.description ?? "")}</p>
<p>The same for programs: <a href="/api/openapi.json">/api/openapi.json</a></p>
<nav>${links}<a href="#refusals">refusals</a></nav>${groups.join("")}
<h2 id="refusals">refusals</h2>${refusals(components.responses ?? {})}</body></html>`;
}

function section({ method, path, operation }: Route): string {
  const { summary = "", parameters = [], requestBody, responses = {} } = operation;
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
  const refused = Object.entries(responses).filter(([, { $ref }]) => $ref !== undefined);
  const statuses = refused.map(([status]) => `<a href="#refusal-${escape(status)}">${escape(status)}</a>`);
  return `<details><summary><b>${escape(method)}</b> <code>${escape(path)}</code> — ${escape(summary)}</summary>
${rows.length === 0 ? "" : `<table>${rows.join("")}</table>`}${body === undefined ? "" : `<h4>Body</h4>${pretty(body)}`}${answers.join("")}
<p>May be refused with ${statuses.join(", ")}.</p></details>`;
}

function refusals(responses: Readonly<Record<string, Response>>): string {
  const rows = Object.entries(responses).map(([name, { description = "" }]) => {
    const status = name.replace("Refusal", "");
    return `<tr id="refusal-${escape(status)}"><th>${escape(status)}</th><td>${escape(description)}</td></tr>`;
  });
  return `<table>${rows.join("")}</table>`;
}

function pretty(schema: unknown): string {
  return `<pre>${escape(JSON.stringify(schema, null, 2))}</pre>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);
}
