import type { KafkaClient } from './connection.js';
import { isRefusal, within } from './faults.js';

/** Asks whether any broker answers, over a connection of its own. */
export interface BrokerProbe {
  /** Resolves once one does, also where it refuses what is asked. @throws within some seconds: why none does, or takes us for whom we say we are */
  ask(): Promise<void>;
  close(): Promise<void>;
}

const ANSWER_MS = 5_000;
const CLOSE_MS = 1_000;
/** So many of the brokers that were named are tried at the most before it is said that none answers. */
const MOST_TRIED = 4;

/** @param topic the broker name of any topic that we may see: who is asked for none tells all there are */
export function createBrokerProbe(client: KafkaClient, topic: string, answerMs = ANSWER_MS): BrokerProbe {
  const cluster = client.cluster('touchpoint-probe', { retries: Math.min(client.brokers.length, MOST_TRIED) });
  const asked = async (): Promise<void> => {
    await cluster.addMultipleTargetTopics([topic]);
    await cluster.refreshMetadata();
  };
  return {
    async ask() {
      try {
        // Of several brokers the one that we are connected to may be the only one that went away.
        await within(answerMs, asked().catch(asked));
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    },
    async close() {
      await within(CLOSE_MS, cluster.disconnect()).catch(() => undefined);
    },
  };
}
