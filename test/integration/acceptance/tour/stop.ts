import type { Http } from "../support/http.ts";
import type { NodeStatus } from "../support/system.ts";
import type { LogBook } from "./log-book.ts";

/** One of the nine: which node is asked, and by whom. */
export interface Stop {
  /** Leader and asked node, for names that must not repeat. */
  readonly name: string;
  readonly leader: string;
  readonly node: NodeStatus;
  readonly anyone: Http;
  readonly bettor: Http;
  readonly bettorToken: string;
  readonly admin: Http;
  readonly adminToken: string;
  readonly operator: Http;
  readonly logBook: LogBook;
}
