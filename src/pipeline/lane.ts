import { holdLane, type HeldLane } from './lane-holder.js';
import { createLaneSession, type SessionParts } from './lane-session.js';
import type { SourceTopic } from '../contracts/names.js';
import type { Judging } from './judge.js';
import type { Halt, Telemetry } from './ports.js';
import { prepareLane } from './prepare-lane.js';

export interface LaneParts extends Omit<SessionParts, keyof Judging | 'isPresent'> {
  /** What orders are judged by at present: the same object for as long as nothing of it changes. */
  readonly judging: () => Judging;
}
export type Lane = HeldLane<SourceTopic>;

/** A lane of events: its orders are judged, and what changes is said. */
export function createLane(parts: LaneParts): Lane {
  const { lane, source, store, telemetry, failed } = parts;
  return holdLane({
    lane, source, telemetry, failed,
    async open(goOn, isHeld) {
      const claimed = await store.claim(lane, source.lanes);
      if (claimed.halt !== null) return { kind: 'halt', halt: claimed.halt };
      const prepared = await prepareLane({ ...parts, schemas: parts.schemas?.reader ?? null, goOn }, claimed);
      if (prepared.kind === 'halt') {
        const halt: Halt = { ...prepared.finding, since: parts.wallClock.now() };
        await store.halt(lane, claimed.token, halt);
        return { kind: 'halt', halt };
      }
      return {
        kind: 'ready', version: claimed.version,
        begin() {
          const judging = parts.judging();
          return createLaneSession({ ...parts, ...judging, isPresent: () => parts.judging() === judging, telemetry: whileHeld(telemetry, isHeld) }, prepared);
        },
      };
    },
  });
}

/** A lane's figures are its owner's to tell: what comes to an end after it was given up must not bring them back. */
export const whileHeld = (telemetry: Telemetry, isHeld: (lane: number) => boolean): Telemetry => ({
  ...telemetry,
  timeReached: (lane, at) => { if (isHeld(lane)) telemetry.timeReached(lane, at); },
  lag: (topic, lane, records) => { if (isHeld(lane)) telemetry.lag(topic, lane, records); },
  schemaWaiting: (lane, topics) => { if (isHeld(lane)) telemetry.schemaWaiting(lane, topics); },
  catchingUp: (lane, why) => { if (isHeld(lane)) telemetry.catchingUp(lane, why); },
  outboxPending: (lane, records) => { if (isHeld(lane)) telemetry.outboxPending(lane, records); },
});
