// Looks ahead at commands that are about to come. More than a third of the time of a bet is waiting for memory: for the
// places of its key and of its user's name, for the name itself, for the account. One command waits for each of them in
// turn; many together wait for all at once. Nothing of it is state, and what is found is only where to look first.

import type { Command } from "../commands.ts";
import type { AccountsTable } from "../state/accounts-table.ts";
import type { RequestsTable } from "./requests-table.ts";

/** So many waits overlap as far as a processor can, and what they fetch is still near when its turn comes. */
const WINDOW = 64;

export class LookAhead {
  readonly #accounts: AccountsTable;
  readonly #requests: RequestsTable;
  #commands: readonly Command[] = [];
  /** The command that is to come next, and the end of the window that was looked at. */
  #next = 0;
  #end = 0;
  /** By place in the window. */
  readonly #low = new Int32Array(WINDOW);
  readonly #high = new Int32Array(WINDOW);
  readonly #mark = new Int32Array(WINDOW);
  readonly #nameLow = new Int32Array(WINDOW);
  readonly #nameHigh = new Int32Array(WINDOW);
  readonly #account = new Uint32Array(WINDOW);
  /** Reads must have a use, or the engine leaves them out. */
  sink = 0;

  constructor(accounts: AccountsTable, requests: RequestsTable) {
    this.#accounts = accounts;
    this.#requests = requests;
  }

  expect(commands: readonly Command[]): void {
    // Without a key there is nothing to look up ahead.
    this.#commands = commands.filter(({ key }) => key !== undefined);
    this.#next = 0;
    this.#end = 0;
  }

  /** Takes the command's key in hand (see `RequestsTable.locate`), and gives the accounts table a hint of its user. */
  locate(command: Command, key: string): void {
    const { actor } = command;
    if (this.#commands[this.#next] !== command) {
      this.#requests.locate(actor, key);
      return;
    }
    if (this.#next === this.#end) this.#look();
    const at = this.#next++ % WINDOW;
    this.#requests.locateBy(this.#low[at] as number, this.#high[at] as number, this.#mark[at] as number);
    this.#accounts.hint = this.#account[at] as number;
    if (this.#next === this.#commands.length) this.#commands = [];
  }

  /** Each loop is short and its steps do not depend on each other, so that their waits overlap. */
  #look(): void {
    const start = this.#next;
    const commands = this.#commands;
    const count = Math.min(WINDOW, commands.length - start);
    const accounts = this.#accounts;
    const requests = this.#requests;
    this.#end = start + count;
    for (let at = 0; at < count; at++) {
      const { actor, key = "" } = commands[start + at] as Command;
      requests.locate(actor, key);
      this.#low[at] = requests.low;
      this.#high[at] = requests.high;
      this.#mark[at] = requests.mark;
      const { low, high } = accounts.hashOf(actor);
      this.#nameLow[at] = low;
      this.#nameHigh[at] = high;
    }
    let sink = 0;
    for (let at = 0; at < count; at++) {
      sink ^= requests.touch(this.#low[at] as number, this.#high[at] as number);
      sink ^= accounts.touch(this.#nameLow[at] as number, this.#nameHigh[at] as number);
    }
    for (let at = 0; at < count; at++) {
      this.#account[at] = accounts.likely(this.#nameLow[at] as number, this.#nameHigh[at] as number);
    }
    for (let at = 0; at < count; at++) {
      const account = this.#account[at] as number;
      if (account !== 0) sink ^= accounts.nameOf(account).length ^ accounts.balance.get(account);
    }
    this.sink = sink;
  }
}
