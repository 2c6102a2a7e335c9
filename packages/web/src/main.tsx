import "./styles/base.css";
import "./styles/layout.css";
import "./styles/parts.css";
import "./styles/pages.css";
import "./styles/virtual.css";
import { render } from "preact";
import { start } from "./client.ts";
import { App } from "./views/app.tsx";

const root = document.getElementById("app");
if (!root) throw new Error("the page has no #app element");
render(<App />, root);
start();
