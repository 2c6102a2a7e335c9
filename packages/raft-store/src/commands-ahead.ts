import type { Entry } from "./core/entry.ts";
import type { CommandCodec } from "./state-machine.ts";

/**
 * Commands of entries that are about to be applied, decoded before their turn so that the machine can be told of them.
 * What is committed at an index stays what it is, so that nothing here is ever out of date.
 */
export class CommandsAhead<Command> {
  readonly #codec: CommandCodec<Command>;
  #first = 0;
  #commands: Command[] = [];

  constructor(codec: CommandCodec<Command>) {
    this.#codec = codec;
  }

  /**
   * The commands of these entries, which follow one another, as far as they can be read: what cannot stops the node when
   * its turn comes, and not before what stands in front of it was applied.
   */
  decode(entries: readonly Entry[]): readonly Command[] {
    this.#first = entries[0]?.index ?? 0;
    this.#commands = [];
    for (const { type, data } of entries) {
      if (type !== "command") break;
      try {
        this.#commands.push(this.#codec.decode(data));
      } catch {
        break;
      }
    }
    return this.#commands;
  }

  /** The command of an entry whose turn has come: the very object that was decoded before, if it was. */
  take({ index, data }: Entry): Command {
    const ahead = index - this.#first;
    // Of a machine without `expect`, and of what no list was made of, nothing is here.
    if (ahead >= 0 && ahead < this.#commands.length) return this.#commands[ahead] as Command;
    return this.#codec.decode(data);
  }
}
