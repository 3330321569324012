import { getOrInsert } from '../core/get-or-insert.js';
/** Who gets which lanes: a pure function of the group's members, so that it can be shown to be fair and calm. */

export interface LaneMember {
  readonly memberId: string;
  /** Broker names of the topics that this member subscribed to. */
  readonly topics: readonly string[];
  /** The lanes it held until now. */
  readonly held: readonly number[];
  /** The generation in which it got them; -1: it never held any. */
  readonly generation: number;
}

/**
 * Gives every lane to exactly one member. Only members subscribed to every topic that any member asks for take part: a
 * lane is all of its topics or nothing. Shares differ by at most one, and as few lanes change hands as that allows.
 * @param lanes number of lanes
 * @returns the lanes of each member, ascending; those that take no part have none
 */
export const assignLanes = (members: readonly LaneMember[], lanes: number): ReadonlyMap<string, readonly number[]> => {
  const everything = new Set(members.flatMap((member) => member.topics));
  const takingPart = members.filter((member) => {
    const own = new Set(member.topics);
    return [...everything].every((topic) => own.has(topic));
  });
  const result = new Map<string, number[]>(members.map((member) => [member.memberId, []]));
  if (takingPart.length === 0) return result;

  const owned = presentOwners(takingPart, lanes);
  const ranked = takingPart
    .map(({ memberId }) => ({ memberId, has: owned.get(memberId) ?? [] }))
    // Whoever holds most gets the larger shares: fewest lanes move.
    .sort((a, b) => b.has.length - a.has.length || compare(a.memberId, b.memberId));
  const share = Math.floor(lanes / ranked.length);
  const larger = lanes % ranked.length;
  const quotas = ranked.map((member, rank) => ({ ...member, quota: rank < larger ? share + 1 : share }));

  const taken = new Set<number>();
  for (const { memberId, has, quota } of quotas) {
    const kept = has.slice(0, quota);
    for (const lane of kept) taken.add(lane);
    result.set(memberId, kept);
  }
  let free = 0;
  for (const { memberId, quota } of quotas) {
    const mine = result.get(memberId) ?? [];
    for (; mine.length < quota; free += 1) if (!taken.has(free)) mine.push(free);
    mine.sort((a, b) => a - b);
    result.set(memberId, mine);
  }
  return result;
};

/** Each lane's last owner; of two that claim it the one of the later generation (a member may come back from the dead). */
const presentOwners = (members: readonly LaneMember[], lanes: number): ReadonlyMap<string, readonly number[]> => {
  const owner = new Map<number, LaneMember>();
  for (const member of members) {
    for (const lane of member.held) {
      if (!Number.isInteger(lane) || lane < 0 || lane >= lanes) continue;
      const rival = owner.get(lane);
      const wins = rival === undefined || member.generation > rival.generation
        || (member.generation === rival.generation && member.memberId < rival.memberId);
      if (wins) owner.set(lane, member);
    }
  }
  const lanesOf = new Map<string, number[]>();
  for (const [lane, { memberId }] of [...owner].sort(([a], [b]) => a - b)) getOrInsert(lanesOf, memberId, (): number[] => []).push(lane);
  return lanesOf;
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
