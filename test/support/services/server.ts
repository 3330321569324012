/** A server started for tests, whose death and delay a test may cause. Data and address survive `kill` and `start`. */
export interface Server {
  /** `host:port`. */
  readonly address: string;
  /** Ends it at once, as a crash does (SIGKILL). */
  readonly kill: () => Promise<void>;
  /** Starts it again after `kill`, on the same data and port; resolves once it answers. */
  readonly start: () => Promise<void>;
  /** It stands still without closing a connection (SIGSTOP) until `thaw`. */
  readonly freeze: () => Promise<void>;
  readonly thaw: () => Promise<void>;
  /** Ends it for good and removes its data. */
  readonly stop: () => Promise<void>;
}

export interface RedisOptions {
  /** When the append-only file reaches the disk; default `everysec`. */
  readonly appendfsync?: 'always' | 'everysec';
  /** From which size on the append-only file is written anew, as `auto-aof-rewrite-min-size`; default Redis's own. */
  readonly rewriteFrom?: string;
  /** Where its files lie, when it matters; of a local process only. */
  readonly folder?: string;
}

/** What makes Redis keep its data, as arguments. */
export const persistenceOf = ({ appendfsync = 'everysec', rewriteFrom }: RedisOptions): string[] =>
  ['--save', '', '--appendonly', 'yes', '--appendfsync', appendfsync, ...(rewriteFrom === undefined ? [] : ['--auto-aof-rewrite-min-size', rewriteFrom])];

export interface KafkaOptions {
  /** Broker settings beside the defaults, as in `server.properties`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How Java runs it, instead of what starts fast; of a local process only. */
  readonly jvm?: readonly string[];
}

/** Why a way of getting a server can't be gone on this machine. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
