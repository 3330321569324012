import kafkajs from 'kafkajs';
import { assignLanes, type LaneMember } from '../../pipeline/assign-lanes.js';
import type { KafkaLog } from './log.js';

/** How members and their leader tell each other of lanes, within the messages of Kafka's consumer groups. */

/** Members that speak another protocol can't join the same group. */
export const GROUP_PROTOCOL = 'touchpoint-lanes';
const VERSION = 0;

const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;

interface Held {
  readonly lanes: readonly number[];
  readonly generation: number;
}

/** What a member says of itself when it joins. */
export const encodeSubscription = (topics: readonly string[], held: Held): Buffer => MemberMetadata.encode({
  version: VERSION,
  topics: [...topics],
  userData: Buffer.from(JSON.stringify({ generation: held.generation, lanes: held.lanes })),
});

/** The leader's part: everyone's lanes, as the same partition index of every topic. */
export const encodeAssignments = (
  members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[],
  lanes: number,
  log: KafkaLog,
): { memberId: string; memberAssignment: Buffer }[] => {
  const known = members.map(({ memberId, memberMetadata }) => laneMember(memberId, memberMetadata));
  const assigned = assignLanes(known, lanes);
  const idle = known.filter(({ memberId }) => assigned.get(memberId)?.length === 0);
  if (idle.length === known.length) {
    log('error', 'no worker subscribes to all topics that the workers of this group ask for: nothing is processed until their configurations agree', {
      subscriptions: known.map(({ memberId, topics }) => ({ memberId, topics })),
    });
  }
  return known.map(({ memberId, topics }) => {
    const partitions = [...(assigned.get(memberId) ?? [])];
    const assignment = Object.fromEntries(partitions.length === 0 ? [] : topics.map((topic) => [topic, partitions]));
    return { memberId, memberAssignment: MemberAssignment.encode({ version: VERSION, assignment, userData: Buffer.alloc(0) }) };
  });
};

const laneMember = (memberId: string, metadata: Buffer): LaneMember => {
  const decoded = MemberMetadata.decode(metadata);
  return { memberId, topics: decoded?.topics ?? [], ...heldIn(decoded?.userData) };
};

const heldIn = (userData: Buffer | undefined): { held: readonly number[]; generation: number } => {
  try {
    const said: unknown = JSON.parse(userData?.toString() ?? '');
    if (typeof said === 'object' && said !== null && 'lanes' in said && 'generation' in said
      && Array.isArray(said.lanes) && typeof said.generation === 'number') {
      return { held: said.lanes.filter((lane): lane is number => Number.isInteger(lane)), generation: said.generation };
    }
  } catch {
    // A member that says nothing readable holds nothing.
  }
  return { held: [], generation: -1 };
};

/** The lanes in an assignment; every topic in it has the same. */
export const decodeAssignment = (assignment: Buffer): readonly number[] => {
  const topics = Object.values(MemberAssignment.decode(assignment)?.assignment ?? {});
  return [...(topics[0] ?? [])].sort((a, b) => a - b);
};
