import type { Broker, Cluster } from 'kafkajs';
import type { RecordHeaders } from '../../pipeline/ports.js';

/** Requests that KafkaJS's brokers understand but its types leave out or leave open. Offsets are decimal text here. */

export interface JoinAnswer {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** Told to the leader only. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

export interface GroupBroker {
  joinGroup(request: {
    groupId: string; sessionTimeout: number; rebalanceTimeout: number; memberId: string;
    groupProtocols: { name: string; metadata: Buffer }[];
  }): Promise<JoinAnswer>;
  syncGroup(request: {
    groupId: string; generationId: number; memberId: string; groupAssignment: { memberId: string; memberAssignment: Buffer }[];
  }): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    groupId: string; groupGenerationId: number; memberId: string;
    topics: { topic: string; partitions: { partition: number; offset: string }[] }[];
  }): Promise<unknown>;
  offsetFetch(request: {
    groupId: string; topics: { topic: string; partitions: { partition: number }[] }[];
  }): Promise<{ responses: { topic: string; partitions: { partition: number; offset: string }[] }[] }>;
}

/** A record as fetched, before those of aborted transactions and markers are left out. */
export interface RawRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders;
  readonly isControlRecord?: boolean;
  /** Absent in logs written by brokers older than 0.11. */
  readonly batchContext?: {
    readonly firstOffset: string;
    readonly lastOffsetDelta: number;
    readonly producerId: string;
    readonly inTransaction: boolean;
  };
}

export interface RawPartition {
  readonly partition: number;
  readonly highWatermark: string;
  /** Readers of committed records get none from here on. */
  readonly lastStableOffset?: string;
  readonly abortedTransactions?: readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
  readonly messages: readonly RawRecord[];
}

export interface FetchAnswer {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly RawPartition[] }[];
}

type ClientRequest = Parameters<Broker['fetch']>[0];
export type FetchRequest = Omit<ClientRequest, 'topics'> & {
  /** Asked for in the order of their ranks, from 0 on. */
  readonly topics: (Omit<ClientRequest['topics'][number], 'partitions'> & { readonly partitions: (ClientRequest['topics'][number]['partitions'][number] & { readonly rank: number })[] })[];
};

export const READ_COMMITTED = 1;

/** The broker that keeps the group. */
export const coordinatorOf = async (cluster: Cluster, groupId: string): Promise<GroupBroker> =>
  // The types leave four requests out; connection.ts pins the version that has them.
  (await cluster.findGroupCoordinator({ groupId })) as unknown as GroupBroker;

/** One fetch. Rejects with KafkaJSOffsetOutOfRange (`topic`, `partition`) and with any other partition's error. */
export const fetchFrom = async (cluster: Cluster, nodeId: string, request: FetchRequest): Promise<FetchAnswer> => {
  const broker = await cluster.findBroker({ nodeId });
  return (await broker.fetch(request)) as FetchAnswer;
};
