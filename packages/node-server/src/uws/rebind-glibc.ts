// A copy of a native module that asks less of the C library: what was linked against glibc 2.38 for three number
// parsers alone is bound to the parsers that every glibc has.
//
// Programs compiled with headers of glibc 2.38 call `__isoc23_strtol` and its kin, which also read C23's `0b…`. They
// take the same arguments as `strtol` and its kin. In the copy each such symbol has the old name (the rest of the new
// one, so the string is there already) and the version of all that is as old as the architecture.

/** The version of glibc that Debian 12 has not. */
export const NEEDED_VERSION = "GLIBC_2.38";
/** By ELF machine number, the version that what was in the first glibc of that architecture has: x86-64, AArch64. */
const BASE_VERSIONS: Readonly<Record<number, string>> = { 62: "GLIBC_2.2.5", 183: "GLIBC_2.17" };
const NEW_PARSER = "__isoc23_";
const C_LIBRARY = "libc.so.6";

// Numbers of the ELF-64 format: section types, sizes of its tables' rows, and a flag.
const SHT_DYNSYM = 11;
const SHT_GNU_VERNEED = 0x6ffffffe;
const SHT_GNU_VERSYM = 0x6fffffff;
const SECTION_BYTES = 64;
const SYMBOL_BYTES = 24;
/** The loader goes on where a version with this flag is missing. */
const VER_FLG_WEAK = 2;

/** What was to be changed is not as it must be: nothing is known of such a file. */
export class RebindError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RebindError";
  }
}

/**
 * @param original a 64-bit little-endian ELF module that needs {@link NEEDED_VERSION}
 * @returns the changed copy
 * @throws RebindError where it needs more of that version than number parsers
 */
export function rebindGlibc(original: Buffer): Buffer {
  if (original.readUInt32BE(0) !== 0x7f454c46 || original[4] !== 2 || original[5] !== 1) {
    throw new RebindError("the module is no 64-bit little-endian ELF file");
  }
  const copy = Buffer.from(original);
  const sections = sectionsOf(copy);
  const symbols = sectionOf(sections, SHT_DYNSYM);
  const symbolVersions = sectionOf(sections, SHT_GNU_VERSYM);
  const needs = sectionOf(sections, SHT_GNU_VERNEED);
  const names = sections[symbols.link];
  if (names === undefined) throw new RebindError("the module has no names of symbols");
  const nameAt = (offset: number): string => {
    const from = names.offset + offset;
    return copy.toString("latin1", from, copy.indexOf(0, from));
  };

  const versions = versionsOfCLibrary(copy, needs, nameAt);
  const needed = versions.find(({ name }) => name === NEEDED_VERSION);
  const base = versions.find(({ name }) => name === BASE_VERSIONS[copy.readUInt16LE(0x12)]);
  if (needed === undefined || base === undefined) {
    throw new RebindError(`the module does not need ${NEEDED_VERSION} beside an older version`);
  }
  copy.writeUInt16LE(copy.readUInt16LE(needed.flagsAt) | VER_FLG_WEAK, needed.flagsAt);
  for (let row = 0; row < symbols.size / SYMBOL_BYTES; row += 1) {
    const versionAt = symbolVersions.offset + row * 2;
    if (copy.readUInt16LE(versionAt) !== needed.id) continue;
    const symbolAt = symbols.offset + row * SYMBOL_BYTES;
    const nameOffset = copy.readUInt32LE(symbolAt);
    const name = nameAt(nameOffset);
    if (!name.startsWith(NEW_PARSER)) throw new RebindError(`the module needs ${name} of ${NEEDED_VERSION}`);
    copy.writeUInt32LE(nameOffset + NEW_PARSER.length, symbolAt);
    copy.writeUInt16LE(base.id, versionAt);
  }
  return copy;
}

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

function sectionsOf(elf: Buffer): readonly Section[] {
  const table = Number(elf.readBigUInt64LE(0x28));
  const count = elf.readUInt16LE(0x3c);
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * SECTION_BYTES;
    return {
      type: elf.readUInt32LE(at + 4),
      offset: Number(elf.readBigUInt64LE(at + 24)),
      size: Number(elf.readBigUInt64LE(at + 32)),
      link: elf.readUInt32LE(at + 40),
    };
  });
}

function sectionOf(sections: readonly Section[], type: number): Section {
  const found = sections.find((section) => section.type === type);
  if (found === undefined) throw new RebindError(`the module has no section of type ${type}`);
  return found;
}

interface Version {
  readonly name: string;
  /** By which symbols refer to it. */
  readonly id: number;
  readonly flagsAt: number;
}

/** The versions that the module needs of the C library: a list of files, each with a list of versions. */
function versionsOfCLibrary(
  elf: Buffer,
  needs: Section,
  nameAt: (offset: number) => string,
): readonly Version[] {
  for (let fileAt = needs.offset; ; ) {
    if (nameAt(elf.readUInt32LE(fileAt + 4)) === C_LIBRARY) {
      const versions: Version[] = [];
      let at = fileAt + elf.readUInt32LE(fileAt + 8);
      for (let left = elf.readUInt16LE(fileAt + 2); left > 0; left -= 1) {
        versions.push({
          name: nameAt(elf.readUInt32LE(at + 8)),
          id: elf.readUInt16LE(at + 6),
          flagsAt: at + 4,
        });
        at += elf.readUInt32LE(at + 12);
      }
      return versions;
    }
    const next = elf.readUInt32LE(fileAt + 12);
    if (next === 0) throw new RebindError(`the module needs nothing of ${C_LIBRARY}`);
    fileAt += next;
  }
}
