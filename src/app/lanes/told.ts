import type { Telemetry } from '../../pipeline/ports.js';

/** One call of telemetry: its name, and what it was called with. */
export type Told = { readonly [Name in keyof Telemetry]: readonly [name: Name, ...with: Parameters<Telemetry[Name]>] }[keyof Telemetry];

/** Telemetry that keeps what it is told until somebody takes it to where it counts. */
export interface ToldTelemetry {
  readonly telemetry: Telemetry;
  /** In the order in which it was told; empties it. */
  readonly take: () => readonly Told[];
}

/** All there is to tell: a name that is missing here does not compile. */
const NAMES: Readonly<Record<keyof Telemetry, true>> = {
  event: true, deadLetter: true, derived: true, detected: true, committed: true, timeReached: true, lag: true, outboxPending: true,
  deadlinesPending: true, unassessed: true, laneClaimed: true, laneDropped: true, laneHalted: true, stateWentBack: true, recalled: true, catchingUp: true,
  caughtUp: true, lossAccepted: true, judgedAnew: true, schemaWaiting: true, schemaMissing: true, retrying: true, alertRaised: true, alertTurnedLive: true, alertEnded: true,
};

type Counted = [name: 'derived', type: string, of: string, count: number];

/** @param atOnce called when something was told that must not wait */
export function createToldTelemetry(atOnce: () => void = () => undefined): ToldTelemetry {
  let told: Told[] = [];
  let counts = new Map<string, Counted>();
  const keep = (name: string, args: readonly unknown[]): void => { told.push([name, ...args.map((arg) => (arg instanceof Error ? portable(arg) : arg))] as unknown as Told); };
  // Of two threads that have a lane one after the other it counts who claimed it last.
  const keepAtOnce = (name: string) => (...args: readonly unknown[]): void => {
    keep(name, args);
    atOnce();
  };
  const all = Object.fromEntries(Object.keys(NAMES).map((name) => [name, (...args: readonly unknown[]) => { keep(name, args); }])) as unknown as Telemetry;
  return {
    telemetry: {
      ...all,
      // Thousands a second, of few kinds.
      derived(type, of, count) {
        const kind = `${type} ${of}`;
        const counted = counts.get(kind);
        if (counted !== undefined) counted[3] += count;
        else {
          const first: Counted = ['derived', type, of, count];
          counts.set(kind, first);
          told.push(first);
        }
      },
      laneClaimed: keepAtOnce('laneClaimed'), laneHalted: keepAtOnce('laneHalted'), laneDropped: keepAtOnce('laneDropped'),
    },
    take() {
      const taken = told;
      told = [];
      counts = new Map();
      return taken;
    },
  };
}

/** Tells it to telemetry that counts. */
export function tell(telemetry: Telemetry, told: readonly Told[]): void {
  for (const [name, ...args] of told) (telemetry[name] as (...args: readonly unknown[]) => void)(...args.map((arg) => (isPortable(arg) ? errorOf(arg) : arg)));
}

/** Of an error what another thread can be handed whatever else hangs on it. Of one that is handed itself the name arrives as `Error`, but for JavaScript's own kinds. */
export interface PortableError {
  readonly isError: true;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause: PortableError | null;
}

export const portable = ({ name, message, stack, cause }: Error): PortableError =>
  ({ isError: true, name, message, stack: stack ?? message, cause: cause instanceof Error ? portable(cause) : null });

export const errorOf = ({ name, message, stack, cause }: PortableError): Error =>
  Object.assign(new Error(message, cause === null ? {} : { cause: errorOf(cause) }), { name, stack });

const isPortable = (value: unknown): value is PortableError => typeof value === 'object' && value !== null && 'isError' in value;
