import { OUTPUT_TOPICS, type OutputTopic, type SourceTopic } from '../contracts/names.js';
import { beginRebuild, beginRewind, boundsOf, untilEnd } from './begin-again.js';
import { checkState, type ClaimCheckParts, findLosses, type Finding } from './claim-check.js';
import { type KnownLetters, readKnownLetters } from './known-letters.js';
import { createLaneWriter, type LaneWriter } from './lane-writer.js';
import type { ClaimedLane, LaneStore, TopicProgress } from './ports.js';
import { recallSaid } from './recall-said.js';
import { type OutputTail, readOutputTail, type UnknownWord, unknownWord } from './recovery.js';
import type { SchemaReader } from './schema-reader.js';
import type { Telemetry } from './telemetry.js';
import { type CatchUp, skipping, type Upkeep } from './upkeep.js';

export interface PrepareParts extends ClaimCheckParts {
  readonly store: LaneStore;
  readonly telemetry: Telemetry;
  /** null: there is no schema registry. */
  readonly schemas: SchemaReader | null;
  /** Throws once the lane is being left. */
  readonly goOn: () => void;
}

/** A lane that may be worked, or what keeps it from that. */
export type PreparedLane =
  | { readonly kind: 'ready'; readonly claimed: ClaimedLane; readonly tail: OutputTail; readonly letters: KnownLetters | null }
  | { readonly kind: 'halt'; readonly finding: Finding };

/**
 * More numbers than a lane can have given out without publishing them (`cx_seq`). What a lost state gave is never given again: a late
 * request of its owner is known by its number, and hides no record of ours.
 */
const SKIP = 1_000_000;

/**
 * Brings a lane that was just claimed to where its work can begin. What a person decided is carried out, the logs are held against
 * the state, and where the state lacks what was said already, that is read back. Everything is kept step by step: whoever is
 * interrupted, or fails, claims the lane again and goes on from there.
 */
export async function prepareLane(parts: PrepareParts, claimed: ClaimedLane): Promise<PreparedLane> {
  const { lane, output } = parts;
  const writer = createLaneWriter(lane, parts.store, claimed);
  const wrong = (await carryOut(parts, writer)) ?? (await checkState(parts, writer.lane())) ?? (await findLosses(parts, writer.lane()))[0] ?? null;
  if (wrong !== null) return { kind: 'halt', finding: wrong };
  const tail = await readOutputTail(lane, output, writer.lane());
  const word = unknownWord(tail, writer.lane());
  if (word !== null) await beginRecovery(parts, writer, word);
  const { catchUp } = writer.lane().upkeep;
  if (catchUp === null) return { kind: 'ready', claimed: writer.lane(), tail, letters: null };
  const cut = await checkOutputs(parts, catchUp);
  if (cut !== null) return { kind: 'halt', finding: cut };
  await makeUp(parts, writer, tail);
  const letters = await readKnownLetters(lane, output, parts.topicNames, catchUp.saidFrom['cx.dead-letters'] ?? 0, tail.ends.get('cx.dead-letters') ?? 0);
  // Whose journey on the topic is not the present one is known from what was read back.
  return { kind: 'ready', claimed: writer.lane(), tail: { ...tail, overwritten: new Set() }, letters };
}

/** Does what a person decided. Returns what keeps it from being done. */
async function carryOut(parts: PrepareParts, writer: LaneWriter): Promise<Finding | null> {
  const { decision } = writer.lane();
  if (decision === null) return null;
  if (decision.kind === 'rebuild') return beginRebuild(parts, writer, decision.acceptLoss);
  if (decision.kind === 'rewind') await beginRewind(parts, writer, decision);
  else await acceptLoss(parts, writer, decision.halt);
  return null;
}

async function acceptLoss(parts: PrepareParts, writer: LaneWriter, name: string): Promise<void> {
  const losses = (await findLosses(parts, writer.lane())).filter((loss) => loss.name === name);
  const { upkeep } = writer.lane();
  const { catchUp } = upkeep;
  const cut = name === SAID_LOST && catchUp !== null ? await checkOutputs(parts, catchUp) : null;
  await writer.commit({
    topics: new Map(losses.map(({ topic, goOn }): [SourceTopic, TopicProgress] => [topic, goOn])), carriesOut: true,
    ...(cut === null || catchUp === null ? {} : { upkeep: { ...upkeep, catchUp: { ...catchUp, saidFrom: await startsOf(parts, catchUp.saidFrom) } } }),
  });
  for (const { message } of [...losses, ...(cut === null ? [] : [cut])]) parts.telemetry.lossAccepted(parts.lane, name, message);
}

/**
 * Keeps that the lane has to catch up, before anything is read or said. A state that was to catch up already may be older than what was
 * said since: it has to be silent for longer then, up to the present ends.
 */
async function beginRecovery(parts: PrepareParts, writer: LaneWriter, { topic, seq }: UnknownWord): Promise<void> {
  const { upkeep, seq: given, outputEnds } = writer.lane();
  const before = upkeep.catchUp;
  const isUnderWay = before !== null && before.stage !== 'read';
  if (!isUnderWay) parts.telemetry.stateWentBack(parts.lane, seq > given
    ? `${topic}/${parts.lane} holds record number ${seq}, but the state in Redis has given out ${given} only: Redis lost its last writes or was restored to an older state`
    : `${topic}/${parts.lane} holds record number ${seq} of a state that was lost: a former worker wrote it late`);
  const catchUp: CatchUp = {
    why: before?.why ?? 'state_went_back', stage: before?.stage === 'clear' ? 'clear' : 'recall', countedTo: before?.countedTo ?? {},
    // Where that begins is known already, or what lies before is lost and a person accepted it.
    saidFrom: isUnderWay ? before.saidFrom : Object.fromEntries(OUTPUT_TOPICS.map((each) => [each, Math.min(outputEnds.get(each) ?? 0, before?.saidFrom[each] ?? Infinity)])),
    until: untilEnd(await boundsOf(parts)),
  };
  await writer.commit({ upkeep: { ...upkeep, catchUp, judgedBy: null, sweep: null } });
}

const SAID_LOST = 'said_lost';
/** What was said stands there and nowhere else. */
const SAYING = ['cx.events', 'cx.alerts'] as const;

/** Is everything there that has to be read back? */
async function checkOutputs(parts: PrepareParts, { saidFrom }: CatchUp): Promise<Finding | null> {
  for (const topic of SAYING) {
    const from = saidFrom[topic];
    const start = await parts.output.start(parts.lane, topic);
    if (from === undefined || start <= from) continue;
    return {
      name: SAID_LOST,
      message: `${topic}/${parts.lane}: what was said has to be read back from offset ${from} on, but the oldest record there has ${start}: ids of what was said in the ${start - from} records between could be given to other contents. `
        + `Bring Redis back to a later state; \`touchpoint lanes resume ${parts.lane} --accept-loss\` goes on with what is left, and consumers may meet an id that they have seen.`,
    };
  }
  return null;
}

async function startsOf(parts: PrepareParts, saidFrom: CatchUp['saidFrom']): Promise<CatchUp['saidFrom']> {
  const starts: Partial<Record<OutputTopic, number>> = { ...saidFrom };
  for (const topic of SAYING) starts[topic] = Math.max(saidFrom[topic] ?? 0, await parts.output.start(parts.lane, topic));
  return starts;
}

/** From the stage at which it was left to the one at which the sources can be read again. */
async function makeUp(parts: PrepareParts, writer: LaneWriter, tail: OutputTail): Promise<void> {
  const upkeepWith = (change: Partial<CatchUp>, more: Partial<Upkeep> = {}): Upkeep => {
    const { upkeep } = writer.lane();
    return { ...upkeep, catchUp: upkeep.catchUp === null ? null : { ...upkeep.catchUp, ...change }, ...more };
  };
  const stage = () => writer.lane().upkeep.catchUp?.stage;
  if (stage() === 'clear') {
    await writer.clear();
    // Nothing of it was said, and it would speak of orders that are gone.
    await writer.trim(writer.lane().seq, new Map());
    await writer.commit({ upkeep: upkeepWith({ stage: 'recall' }) });
  }
  if (stage() === 'recall') {
    const foreign = await recallSaid(parts, writer, writer.lane().upkeep.catchUp?.saidFrom ?? {}, tail.ends);
    const { seq, upkeep } = writer.lane();
    const last = Math.max(seq, ...tail.written.values()) + SKIP;
    await writer.commit({ seq: last, upkeep: upkeepWith({ stage: 'read' }, { judgedBy: null, sweep: null, skipped: skipping(upkeep.skipped, { first: seq + 1, last }) }) });
    // What was read back needs no second look. The outbox stays: whoever sends it knows what of it is written.
    await writer.trim((writer.lane().outbox[0]?.firstSeq ?? seq + 1) - 1, tail.ends);
    parts.telemetry.recalled(parts.lane, foreign);
  }
}
