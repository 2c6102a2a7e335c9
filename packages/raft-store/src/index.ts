export type { RaftTuning } from "./config.ts";
export type { Role } from "./core/role.ts";
export type { Backup } from "./driver/backup.ts";
export type { RaftEvent, RaftListener } from "./driver/raft-events.ts";
export {
  RAFT_ERROR_CODES,
  RaftError,
  type RaftErrorCode,
  RaftInvariantError,
  type Retry,
} from "./errors.ts";
export { type OpenedBackup, readBackup } from "./offline/read-backup.ts";
export { type LoggedEntry, readLog } from "./offline/read-log.ts";
export { readSnapshot, type StoredSnapshot } from "./offline/read-snapshot.ts";
export {
  type ForcedConfiguration,
  recoverLostMajority,
  type RecoverLostMajorityOptions,
} from "./offline/recover-lost-majority.ts";
export {
  restoreBackup,
  type RestoreBackupOptions,
  type RestoredBackup,
} from "./offline/restore-backup.ts";
export { type DataDirReport, verifyDataDir } from "./offline/verify-data-dir.ts";
export { RaftStore, type SubmitResult, type WaitOptions } from "./raft-store.ts";
export type { RaftStoreOptions } from "./raft-store-options.ts";
export type { StoreMember, StoreStatus } from "./store-status.ts";
export type { TlsCredentials } from "./transport/tcp-link.ts";
export type { AppliedEntry, CommandCodec, SnapshotView, StateMachine } from "./state-machine.ts";
export {
  type LogIndex,
  logIndex,
  type NodeId,
  nodeId,
  type Term,
  term,
  type UnixMillis,
  unixMillis,
} from "./units.ts";
