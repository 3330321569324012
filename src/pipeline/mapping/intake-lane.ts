import { lossesOf } from '../claim-check.js';
import { holdLane, type HeldLane } from '../lane-holder.js';
import type { Halt, TopicProgress } from '../ports.js';
import { commitOutcome } from '../commit-outcome.js';
import { createIntakeSession, type IntakeSessionParts } from './session.js';
import { type ClaimedIntake, INTAKE_LANE, type IntakeStore } from './ports.js';

/** What `touchpoint lanes` calls it. */
export const INTAKE_NAME = 'intake';

type Finding = Omit<Halt, 'since'>;

/** The lane of the intake, in this worker's hands. */
export function createIntakeLane(parts: IntakeSessionParts): HeldLane<string> {
  const { source, store, telemetry, failed, wallClock } = parts;
  return holdLane<string>({
    lane: INTAKE_LANE, source, telemetry, failed,
    async open(goOn) {
      const claimed = await store.claim();
      if (claimed.halt !== null) return { kind: 'halt', halt: claimed.halt };
      const checked = await check(parts, claimed);
      goOn();
      if (checked.kind === 'wrong') {
        const halt: Halt = { ...checked.finding, since: wallClock.now() };
        await store.halt(claimed.token, halt);
        return { kind: 'halt', halt };
      }
      const session = await createIntakeSession(parts, checked.claimed);
      return { kind: 'ready', version: claimed.version, begin: () => session };
    },
  });
}

type Checked = { readonly kind: 'right'; readonly claimed: ClaimedIntake } | { readonly kind: 'wrong'; readonly finding: Finding };

/** Holds the logs against the state, and carries out what a person decided. */
async function check(parts: Pick<IntakeSessionParts, 'source' | 'store' | 'telemetry'>, claimed: ClaimedIntake): Promise<Checked> {
  const { source, telemetry } = parts;
  const lost = claimed.version === 0 && (await source.advisedOffsets(INTAKE_LANE)) !== null ? [STATE_LOST] : [];
  const losses = await lossesOf<string>({
    lane: INTAKE_LANE, source, placeOf: (input) => input, name: INTAKE_NAME, risk: 'Their events would be missing, and links that only they tell.',
  }, claimed.topics);
  const [first] = [...lost, ...losses];
  const { decision } = claimed;
  if (decision === null) return first === undefined ? { kind: 'right', claimed } : { kind: 'wrong', finding: first };
  const accepted = decision.kind === 'accept_loss' ? decision.halt : null;
  const topics = new Map(losses.filter(({ name }) => name === accepted).map(({ topic, goOn }): [string, TopicProgress] => [topic, goOn]));
  const now = await carriedOut(parts.store, claimed, topics);
  for (const { name, message } of [...lost, ...losses]) if (name === accepted) telemetry.lossAccepted(INTAKE_LANE, name, message);
  const left = [...lost, ...losses].find(({ name }) => name !== accepted);
  return left === undefined ? { kind: 'right', claimed: now } : { kind: 'wrong', finding: left };
}

async function carriedOut(store: IntakeStore, claimed: ClaimedIntake, topics: ReadonlyMap<string, TopicProgress>): Promise<ClaimedIntake> {
  const { token, version: base, seq, lastWait } = claimed;
  const answer = await store.commit({ token, base, topics, seq, lastWait, outbox: null, values: [], waits: [], released: [], carriesOut: true });
  if (commitOutcome(answer, token, base) !== 'applied') throw new Error('the intake is not as it was claimed: it is claimed again');
  return { ...claimed, version: base + 1, decision: null, topics: new Map([...claimed.topics, ...topics]) };
}

const STATE_LOST: Finding = {
  name: 'state_lost',
  message: 'The intake has no state in Redis, but its group has committed offsets: Redis was emptied, or another one is configured. Links and rows that it knew are gone: records of which only they tell the order would wait in vain. '
    + `Check REDIS_URL and redis.prefix, or restore Redis from its back-up. Where there is none, \`touchpoint lanes resume ${INTAKE_NAME} --accept-loss\` reads the topics again from their oldest records; events that were written before are written with the same ids, which count once.`,
};
