import type { Asked, LinkMemory, Links } from '../maps/links.js';
import { createLinks, linkName, type LinkSettings } from '../maps/links.js';
import { type MapAccount, newAccount, type Waiter } from '../maps/records.js';
import type { SourceRecord } from '../ports.js';
import { type StoredWait, waitCodec } from './codecs.js';
import type { IntakeCommit, KeptWait } from './ports.js';

export type IntakeWaiter = Waiter<SourceRecord<string>>;

export interface KeptLinksParts extends Pick<LinkSettings<IntakeWaiter>, 'maxWaiting' | 'maxBytes'> {
  readonly memory: LinkMemory;
  readonly accountOf: (map: string) => MapAccount | undefined;
  /** The number given last. */
  readonly lastWait: number;
}

/** Links whose waiting events are kept by the store as well: they are numbered, and each step takes down who came and who went. */
export interface KeptLinks extends Links<IntakeWaiter> {
  /** Takes up an event that waits already, as the store has it; those of a claim in the order of their numbers. */
  take(wait: KeptWait): void;
  /** Who came and who went since the last call. */
  changes(): Pick<IntakeCommit, 'waits' | 'released' | 'lastWait'>;
}

export function createKeptLinks({ memory, accountOf, lastWait, ...room }: KeptLinksParts): KeptLinks {
  const links = createLinks<IntakeWaiter>({ ...room, memory, sizeOf });
  const numbers = new Map<IntakeWaiter, number>();
  let came = new Map<number, StoredWait>();
  let went: number[] = [];
  let last = lastWait;
  const leave = (waiter: IntakeWaiter): void => {
    const number = numbers.get(waiter);
    numbers.delete(waiter);
    // Who came in this very step was never written.
    if (number !== undefined && !came.delete(number)) went.push(number);
  };
  const leaving = (asked: readonly Asked<IntakeWaiter>[]): readonly Asked<IntakeWaiter>[] => {
    for (const { waiter } of asked) leave(waiter);
    return asked;
  };
  return {
    learn(told) {
      const released = links.learn(told);
      for (const { waiter } of released) leave(waiter);
      return released;
    },
    find(asked, at) {
      if (memory.get(linkName(asked)) !== undefined) return links.find(asked, at);
      const waiter = detached(asked.waiter);
      numbers.set(waiter, ++last);
      came.set(last, { link: asked.link, key: asked.key, at, map: waiter.taker.map, placed: waiter.placed, record: waiter.origin });
      const found = links.find({ ...asked, waiter }, at);
      if (found.kind === 'waits') leaving(found.dropped);
      return found;
    },
    restore: (asked, at) => { links.restore(asked, at); },
    expire: (before, most) => leaving(links.expire(before, most)),
    get waiting() { return links.waiting; },
    get oldest() { return links.oldest; },
    take({ number, value }) {
      const { link, key, at, map, placed, record } = waitCodec.unpack(value);
      // A map that is not among those of this process has an account of its own.
      const waiter: IntakeWaiter = { origin: record, placed, taker: { map, account: accountOf(map) ?? newAccount({ name: map }) } };
      numbers.set(waiter, number);
      links.restore({ link, key, waiter }, at);
    },
    changes() {
      const waits = [...came].map(([number, wait]): KeptWait => ({ number, value: waitCodec.pack(wait) }));
      const released = went;
      came = new Map();
      went = [];
      return { waits, released, lastWait: last };
    },
  };
}

/** Beside the record's bytes. */
const WAIT_BYTES = 1_000;

const sizeOf = ({ origin: { key, value } }: IntakeWaiter): number => WAIT_BYTES + (key?.length ?? 0) + (value?.length ?? 0);

/** A record's bytes are a piece of all that came with it from the broker, which must not be held for as long as it waits. */
function detached(waiter: IntakeWaiter): IntakeWaiter {
  const { key, value } = waiter.origin;
  return { ...waiter, origin: { ...waiter.origin, key: key === null ? null : Buffer.from(key), value: value === null ? null : Buffer.from(value) } };
}
