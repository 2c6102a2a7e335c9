// From where each account has been logged in to. Kept in memory: after a restart everybody is new for a moment.

/** Pairs of name and address; the longest unused is forgotten first. Some 10 MB when full. */
const PAIRS_MAX = 100_000;

export interface FamiliarAddresses {
  knows(name: string, address: string): boolean;
  remember(name: string, address: string): void;
}

export function familiarAddresses(): FamiliarAddresses {
  const pairs = new Set<string>();
  const pairOf = (name: string, address: string) => `${name} ${address}`;
  return {
    knows: (name, address) => pairs.has(pairOf(name, address)),
    remember(name, address) {
      const pair = pairOf(name, address);
      pairs.delete(pair);
      pairs.add(pair);
      for (const oldest of pairs) {
        if (pairs.size <= PAIRS_MAX) break;
        pairs.delete(oldest);
      }
    },
  };
}
