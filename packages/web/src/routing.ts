// The page's one router, apart from the composition of data so that either can be read alone.
import { Router } from "./router.ts";

export const router = new Router();
