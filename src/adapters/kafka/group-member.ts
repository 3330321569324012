import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'kafkajs';
import { decodeAssignment, encodeAssignments, encodeSubscription, GROUP_PROTOCOL } from './assignment-codec.js';
import { kafkaFaultText } from './fault-words.js';
import { asError } from '../../core/as-error.js';
import { backoffMs, isFatal, isFault, mend, within } from './faults.js';
import type { KafkaLog } from './log.js';
import { coordinatorOf, type GroupBroker } from './wire.js';

export interface GroupTimes {
  /** A worker that isn't heard of for so long loses its lanes; ms. */
  readonly sessionTimeoutMs: number;
  /** How long a rebalance waits for workers that are heard of but don't join again; ms. */
  readonly rebalanceTimeoutMs: number;
  /** ms between heartbeats; also how soon a worker notices that others came or went. */
  readonly heartbeatMs: number;
}

export interface GroupMemberOptions extends GroupTimes {
  /** Used for joining and heartbeats only: a join may wait for the whole rebalance. */
  readonly cluster: Cluster;
  /** For what must not wait behind a join: leaving. */
  readonly spare: Cluster;
  readonly groupId: string;
  /** Broker names: the sources, and the outputs whose ownership goes with them. */
  readonly topics: readonly string[];
  readonly lanes: number;
  readonly log: KafkaLog;
}

export interface GroupListener {
  /** All lanes of this member from now on. */
  assigned(lanes: readonly number[]): void;
  failed(error: Error): void;
}

/** How long closing waits for answers that may not come; ms. */
const CLOSE_MS = 1_000;

/** A place in a generation of the group, as requests prove it. */
export interface Membership {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupGenerationId: number;
}

export interface GroupMember {
  /** Joins; resolves after the first assignment. */
  start(listener: GroupListener): Promise<void>;
  /** The present membership; null while there is none (joining, thrown out, stopped). */
  membership(): Membership | null;
  /** A heartbeat sent now: true when the coordinator takes it as one of the present generation. */
  confirm(): Promise<boolean>;
  /** Leaves the group. */
  stop(): Promise<void>;
}

/**
 * A member of a classic consumer group. KafkaJS's own consumer is not used for it: it restarts kept partitions from
 * committed offsets, resets positions that are out of range, and goes on for a while after it was thrown out.
 */
export const createGroupMember = (options: GroupMemberOptions): GroupMember => {
  const { cluster, groupId, log } = options;
  let coordinator: GroupBroker | null = null;
  let memberId = '';
  let generation = -1;
  /** What was assigned last, and when: tells the leader what to leave where it is. */
  let held: { readonly lanes: readonly number[]; readonly generation: number } = { lanes: [], generation: -1 };
  let stable = false;
  let stopping = false;
  let wake = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const present = (): Membership => ({ groupId, memberId, groupGenerationId: generation });

  const pause = async (ms: number): Promise<void> => {
    if (stopping) return;
    await sleep(ms, undefined, { signal: wake.signal }).catch(() => undefined);
  };

  const join = async (listener: GroupListener): Promise<void> => {
    coordinator = await coordinatorOf(cluster, groupId);
    const joined = await coordinator.joinGroup({
      groupId, memberId,
      sessionTimeout: options.sessionTimeoutMs,
      rebalanceTimeout: options.rebalanceTimeoutMs,
      groupProtocols: [{ name: GROUP_PROTOCOL, metadata: encodeSubscription(options.topics, held) }],
    });
    memberId = joined.memberId;
    generation = joined.generationId;
    const leads = joined.leaderId === joined.memberId;
    const groupAssignment = leads ? encodeAssignments(joined.members, options.lanes, log) : [];
    const answer = await coordinator.syncGroup({ groupId, generationId: generation, memberId, groupAssignment });
    if (stopping) return;
    const lanes = decodeAssignment(answer.memberAssignment);
    held = { lanes, generation };
    stable = true;
    log('info', 'joined the group', { groupId, generation, lanes, leads });
    listener.assigned(lanes);
  };

  const beat = async (): Promise<void> => {
    coordinator ??= await coordinatorOf(cluster, groupId);
    await coordinator.heartbeat(present());
  };

  /** Takes note of what a failed group request says; false: it says that this member has to join again. */
  const stillMember = (error: unknown): boolean => {
    if (isFault(error, 'UNKNOWN_MEMBER_ID')) memberId = '';
    const out = isFault(error, 'UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS');
    if (out) stable = false;
    else coordinator = null;
    return !out;
  };

  const heartbeats = async (): Promise<void> => {
    for (let failures = 0; stable && !stopping;) {
      await pause(failures === 0 ? options.heartbeatMs : Math.min(backoffMs(failures), options.heartbeatMs));
      if (stopping || !stable) return;
      try {
        await beat();
        failures = 0;
      } catch (error) {
        if (isFatal(error)) throw error;
        if (!stillMember(error)) {
          log('debug', 'the group rebalances', { groupId, generation, reason: asError(error).message });
          return;
        }
        failures += 1;
        if (!stopping) await mend(cluster, error, log);
      }
    }
  };

  const run = async (listener: GroupListener, joinedOnce: () => void): Promise<void> => {
    for (let failures = 0; !stopping;) {
      try {
        if (wake.signal.aborted) wake = new AbortController();
        await join(listener);
        failures = 0;
        joinedOnce();
        await heartbeats();
      } catch (error) {
        if (stopping) return;
        stable = false;
        if (isFatal(error)) throw error;
        if (stillMember(error)) {
          failures += 1;
          const brokersAnswer = await mend(cluster, error, log);
          // As of fetching: that none answers is told for all who wait for it.
          log(brokersAnswer && failures % 15 === 6 ? 'warn' : 'debug', `could not join group ${groupId}, trying again: ${kafkaFaultText(asError(error))}`, { groupId });
          await pause(backoffMs(failures));
        } else {
          await pause(backoffMs(1));
        }
      }
    }
  };

  return {
    start: (listener) => new Promise((resolve, reject) => {
      let joined = false;
      running = run(listener, () => {
        joined = true;
        resolve();
      }).catch((error: unknown) => {
        stable = false;
        const fault = asError(error);
        if (joined) listener.failed(fault);
        else reject(fault);
      });
      // Stopped before the first assignment.
      void running.then(resolve);
    }),
    membership: () => (stable ? present() : null),
    async confirm() {
      if (!stable || stopping) return false;
      const asked = present();
      const deadline = Date.now() + options.sessionTimeoutMs;
      for (let attempt = 1; Date.now() < deadline; attempt += 1) {
        try {
          await within(deadline - Date.now(), beat());
          return stable && asked.memberId === memberId && asked.groupGenerationId === generation;
        } catch (error) {
          if (isFatal(error) || !stillMember(error)) {
            // Joins again at once rather than at the next heartbeat.
            wake.abort();
            return false;
          }
          if (!stopping) await mend(cluster, error, log);
          await sleep(backoffMs(attempt));
          if (!stable) return false;
        }
      }
      return false;
    },
    async stop() {
      if (stopping) return running;
      stopping = true;
      stable = false;
      wake.abort();
      if (memberId !== '') {
        const leaving = async (): Promise<unknown> => (await coordinatorOf(options.spare, groupId)).leaveGroup({ groupId, memberId });
        await within(CLOSE_MS, leaving()).catch((error: unknown) => log('warn', `could not leave group ${groupId}: its lanes wait for the session to time out`, { groupId, error: kafkaFaultText(asError(error)) }));
      }
      // A join under way is answered once the member has left; should that not come, the connection is left to itself.
      await within(CLOSE_MS, cluster.disconnect().then(() => running).then(() => cluster.disconnect()))
        .catch((error: unknown) => log('debug', 'left a connection to itself', { groupId, error: asError(error).message }));
    },
  };
};
