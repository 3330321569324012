import type { FastifyReply } from 'fastify';
import type { LaneStanding } from '../../pipeline/ports.js';
import type { Renewal } from '../../pipeline/upkeep.js';
import type { StoreAccess } from './store-access.js';

/** Partitions of which an answer over many orders may lack some: it is given all the same, and says so. */
export interface Lacks {
  /** They stand still: their orders are told as they were then. */
  readonly halted: ReadonlySet<number>;
  /** Their orders are being read again. */
  readonly readAgain: ReadonlySet<number>;
  /** Their orders are being judged anew: all are there, not all in the lists in which they belong. */
  readonly judgedAnew: ReadonlySet<number>;
  /** False: there may be more, which can't be told at present. */
  readonly isKnown: boolean;
}

const NONE: ReadonlySet<number> = new Set();
export const NOT_KNOWN: Lacks = { halted: NONE, readAgain: NONE, judgedAnew: NONE, isKnown: false };

export function lacksOf(lanes: readonly LaneStanding[]): Lacks {
  const numbers = (those: (lane: LaneStanding) => boolean): ReadonlySet<number> => new Set(lanes.filter(those).map(({ lane }) => lane));
  const renewed = (wanted: Renewal): ReadonlySet<number> => numbers(({ halt, renewal }) => halt === null && renewal === wanted);
  return { halted: numbers(({ halt }) => halt !== null), readAgain: renewed('read_again'), judgedAnew: renewed('judged_anew'), isKnown: true };
}

/** Partitions that are named; a proxy may take no longer headers than a few KB. */
const MOST_NAMED = 100;

const named = (partitions: ReadonlySet<number>, more: string): string[] => {
  const sorted = [...partitions].sort((a, b) => a - b);
  return [...sorted.slice(0, MOST_NAMED).map(String), ...(sorted.length > MOST_NAMED ? [more] : [])];
};

const HEADER = 'cx-incomplete';

/** How the OpenAPI document describes the header. */
export const INCOMPLETE_HEADERS = {
  [HEADER]: {
    schema: { type: 'string', examples: ['3, 5'] },
    description: 'Orders of these partitions may be missing, or told as they stood before: they stand still, or are being read again or judged anew. '
      + `\`more\` ends the list where it would be longer than ${MOST_NAMED}; \`unknown\`: whether anything is missing can't be told. Absent: there is no such partition`,
  },
} as const;

/** Gives the answer and says by a header what it may lack, as known before it was sought and afterwards: partitions come and go meanwhile. */
export async function overAllLanes<T>(store: StoreAccess, reply: FastifyReply, answer: Promise<T>): Promise<T> {
  const [body, before] = await Promise.all([answer, store.lacks()]);
  const both = [before, await store.lacks()];
  const partitions = new Set(both.flatMap(({ halted, readAgain, judgedAnew }) => [...halted, ...readAgain, ...judgedAnew]));
  const texts = [...named(partitions, 'more'), ...(both.every(({ isKnown }) => isKnown) ? [] : ['unknown'])];
  if (texts.length > 0) void reply.header(HEADER, texts.join(', '));
  return body;
}

/** Which partitions they are and why, as the beginning of a sentence; null: none is known. */
export function lackingPartitions({ halted, readAgain, judgedAnew }: Omit<Lacks, 'isKnown'>): string | null {
  const parts = [
    phrase(halted, 'stands still', 'stand still'),
    phrase(readAgain, 'is being read again', 'are being read again'),
    phrase(judgedAnew, 'is being judged anew', 'are being judged anew'),
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}

/** The same of those that may hold an order that is not found. */
export const hidingPartitions = (lacks: Lacks): string | null => lackingPartitions({ ...lacks, judgedAnew: NONE });

/** The same of those that may hold an alert that is not found: one that stands still keeps those that it has. */
export const hidingAlerts = (lacks: Lacks): string | null => lackingPartitions({ ...lacks, halted: NONE, judgedAnew: NONE });

function phrase(partitions: ReadonlySet<number>, one: string, many: string): string | null {
  if (partitions.size === 0) return null;
  return partitions.size === 1 ? `partition ${named(partitions, '').join('')} ${one}` : `partitions ${named(partitions, 'others').join(', ')} ${many}`;
}

/** The same for a person who looks at orders; null: nothing is missing. */
export function lacksSentence(lacks: Lacks): string | null {
  const partitions = lackingPartitions(lacks);
  if (partitions !== null) return `${partitions.charAt(0).toUpperCase()}${partitions.slice(1)}: orders may be missing here, or be shown as they stood before.`;
  return lacks.isKnown ? null : 'Whether orders are missing here cannot be told at present.';
}
