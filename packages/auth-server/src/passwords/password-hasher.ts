// Argon2id, in PHC form (`$argon2id$v=19$m=…,p=…,t=…$salt$hash`), so that each hash says what it cost.
import { argon2id, hash, verify } from "argon2";

export interface HashCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. About 35 ms of a core. */
export const HASH_COST: HashCost = { memoryKiB: 19_456, passes: 2, lanes: 1 };

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /**
   * Whether `password` is the one behind `passwordHash`. With no hash (an unknown user) the same work is done and
   * the answer is false, so that the time taken does not tell who exists.
   */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>;
  /** Whether the hash was made at a lower cost than today's, and should be made anew when the password is known. */
  isOutdated(passwordHash: string): boolean;
}

/** A hash of nothing that anybody knows, at the same cost as the real ones. */
export async function createPasswordHasher(cost: HashCost = HASH_COST): Promise<PasswordHasher> {
  const options = {
    type: argon2id,
    memoryCost: cost.memoryKiB,
    timeCost: cost.passes,
    parallelism: cost.lanes,
  } as const;
  const hashOf = (password: string) => hash(canonical(password), options);
  const nobody = await hashOf(crypto.randomUUID());
  return {
    hash: hashOf,
    async verify(passwordHash, password) {
      const matches = await verify(passwordHash ?? nobody, canonical(password));
      return passwordHash !== undefined && matches;
    },
    isOutdated(passwordHash) {
      const made = costOf(passwordHash);
      if (made === undefined) return true;
      return made.memoryKiB < cost.memoryKiB || made.passes < cost.passes || made.lanes < cost.lanes;
    },
  };
}

/** The same password typed on another keyboard may come as other code points (RFC 8265 §4.2.2: NFC). */
function canonical(password: string): string {
  return password.normalize("NFC");
}

const PHC = /^\$argon2id\$v=19\$(?<cost>[^$]+)\$/;

function costOf(passwordHash: string): HashCost | undefined {
  const cost = PHC.exec(passwordHash)?.groups?.cost;
  if (cost === undefined) return undefined;
  // Libraries differ in the order of the parameters.
  const parameters = new Map(cost.split(",").map((pair) => [pair.slice(0, 2), Number(pair.slice(2))]));
  const of = (name: string) => parameters.get(`${name}=`) ?? 0;
  return { memoryKiB: of("m"), passes: of("t"), lanes: of("p") };
}
