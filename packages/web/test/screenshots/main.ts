// npm run screenshots [-- --out DIR --only NAME]: every page of the running product, into docs/screenshots.
import { parseArgs } from "node:util";
import { takeScreenshots } from "./take-screenshots.ts";

const { values } = parseArgs({ options: { out: { type: "string" }, only: { type: "string" } } });
await takeScreenshots(values, (line) => process.stderr.write(`${line}\n`));
