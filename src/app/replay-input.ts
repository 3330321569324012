import type { Line, LineSource } from '../adapters/files/lines.js';
import { topicOf } from '../contracts/sources.js';
import type { SourceTopic } from '../contracts/names.js';
import type { Decoded, LineDecoder } from '../pipeline/decode.js';

/** One line, decoded. A replay's records have no keys; the topic is told by the type, the offset is a running number. */
export interface ReplayItem {
  readonly line: Line;
  readonly decoded: Decoded;
}

interface Queue {
  readonly source: LineSource;
  items: ReplayItem[];
  head: number;
  ended: boolean;
}

/**
 * Reads several files as one input: of the files' next lines the one that happened first comes first, so that one file
 * per topic serves as well as one sorted file. A single file keeps its order.
 */
export function createReplayInput(sources: readonly LineSource[], decode: LineDecoder) {
  const queues = sources.map((source): Queue => ({ source, items: [], head: 0, ended: false }));
  let offset = 0;
  const fill = async (queue: Queue): Promise<void> => {
    while (!queue.ended && queue.head >= queue.items.length) {
      const lines = await queue.source.next();
      queue.ended = lines === null;
      queue.items = [];
      queue.head = 0;
      for (const line of lines ?? []) if (!isBlank(line.text)) queue.items.push({ line, decoded: decode(line.text, line.bytes, offset++) });
    }
  };
  return {
    /** Up to `limit` items; empty at the end of the input. */
    async take(limit: number): Promise<ReplayItem[]> {
      const taken: ReplayItem[] = [];
      while (taken.length < limit) {
        for (const queue of queues) if (queue.head >= queue.items.length) await fill(queue);
        const first = earliest(queues);
        if (first === null) break;
        const single = queues.length === 1;
        // Lines of the only file need no comparing.
        do {
          const item = first.items[first.head];
          if (item === undefined) break;
          taken.push(item);
          first.head += 1;
        } while (single && taken.length < limit);
      }
      return taken;
    },
    bytesRead: (): number => sources.reduce((sum, s) => sum + s.bytesRead(), 0),
  };
}
export type ReplayInput = ReturnType<typeof createReplayInput>;

const isBlank = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== 32 && unit !== 9 && unit !== 13) return false;
  }
  return true;
};

/** Where a refused line would have gone, if its type tells. */
export function topicOfLine(line: Line): SourceTopic | null {
  try {
    const event: unknown = JSON.parse(line.text);
    const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : null;
    return typeof type === 'string' ? topicOf(type) : null;
  } catch {
    return null;
  }
}

const timeOf = (item: ReplayItem): number =>
  item.decoded.kind === 'event' ? item.decoded.fact.at : -Infinity;

function earliest(queues: readonly Queue[]): Queue | null {
  let best: Queue | null = null;
  let bestTime = Infinity;
  for (const queue of queues) {
    const item = queue.items[queue.head];
    if (item === undefined) continue;
    const time = timeOf(item);
    if (best === null || time < bestTime) {
      best = queue;
      bestTime = time;
    }
  }
  return best;
}
