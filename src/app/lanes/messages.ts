import type { ThreadHealth } from '../../adapters/telemetry/thread-telemetry.js';
import type { Worker } from '../../pipeline/worker.js';
import type { Catalogue, Config } from '../config.js';
import type { PortableError, Told } from './told.js';

/** What a thread that works lanes is started with. */
export interface ThreadStart {
  readonly config: Config;
  readonly catalogue: Catalogue;
  /** Its log is for a person at a terminal. */
  readonly pretty: boolean;
}

/** What it is told. */
export type ToThread =
  | { readonly kind: 'catalogue'; readonly catalogue: Catalogue }
  | { readonly kind: 'stop' };

/** How its lanes stand. */
export type LaneStandings = ReturnType<Worker['lanes']>;

/** What it tells. */
export type FromThread =
  /** It takes part in the group. */
  | { readonly kind: 'started' }
  /** Also that it lives: where there is nothing else to tell, too. */
  | { readonly kind: 'told'; readonly told: readonly Told[]; readonly lanes: LaneStandings; readonly troubles: readonly string[]; readonly health: ThreadHealth }
  /** It cannot begin, or not go on. */
  | { readonly kind: 'failed'; readonly error: PortableError }
  /** All is committed and said. */
  | { readonly kind: 'stopped' };
