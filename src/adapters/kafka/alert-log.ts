import type { AlertLog } from '../../pipeline/sinks/sink.js';
import type { KafkaClient } from './connection.js';
import type { GroupTimes } from './group-member.js';
import { openSource } from './source-log.js';
import type { FetchSizes } from './partition-reading.js';

export interface KafkaAlertsOptions {
  readonly client: KafkaClient;
  readonly groupId: string;
  /** The name of `cx.alerts` on the broker. */
  readonly topic: string;
  readonly times: Partial<GroupTimes>;
}

/** Alerts are few: what a slow receiver makes wait stays on the broker. */
const SIZES: FetchSizes = { maxWaitMs: 500, maxBytesPerPartition: 262_144, maxBytes: 1_048_576 };

/** Connects to read `cx.alerts` as a member of a group, whose offsets are the place of a sink. @throws when no broker answers */
export const openKafkaAlerts = ({ client, groupId, topic, times }: KafkaAlertsOptions): Promise<AlertLog> => openSource<'cx.alerts'>({
  client, groupId, times, names: [topic], fetching: SIZES,
  layout: (partitions) => ({
    topics: ['cx.alerts'], lanes: partitions.get(topic) ?? 0, partitions,
    placeOf: (partition) => ({ name: topic, partition }),
    changed: (name, before, now) => new Error(`Topic ${name} has ${now} partitions now, it had ${before}: the sink joins its group again to read all of them`),
  }),
});
