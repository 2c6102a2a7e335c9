// One page, hashed assets, nothing inline: the server's content security policy allows scripts and styles from
// its own origin only, and an asset's name changes with its content, so that it can be cached for ever.
import { defaultClientConditions, defineConfig } from "vite";

const entryPoint = process.env["QUORUMBOOK_ENTRY_POINT"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["@quorumbook/source", ...defaultClientConditions] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist",
    // Earlier builds' assets stay: pages that were opened before an upgrade still ask for their parts. Their names
    // change with their content, so nothing is ever half old and half new.
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  // `npm run dev -w @quorumbook/web` serves the source and hands the rest to a running system.
  server: {
    host: "127.0.0.1",
    proxy: { "/api": entryPoint, "/ws": { target: entryPoint, ws: true } },
  },
});
