/** The inner parts of KafkaJS that are mended here: calm-timers.ts, requests-in-flight.ts, produce-request.ts, fetch-request.ts, let-go-once.ts. */
declare module 'kafkajs/src/network/connection.js' {
  import type { Socket } from 'node:net';

  interface Connection {
    socket?: Socket;
    disconnect: (this: Connection) => Promise<boolean>;
  }
  const Connection: { readonly prototype: Connection };
  export default Connection;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  interface RequestQueue {
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    readonly pending: readonly unknown[];
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
    readonly inflight: Pick<Map<number, object>, 'size' | 'set'>;
  }
  const RequestQueue: { readonly prototype: RequestQueue; new (parts: object): RequestQueue };
  export default RequestQueue;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    constructor(size?: number);
    buf: Buffer;
    offset: number;
    readonly buffer: Buffer;
  }
  export default Encoder;
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  const crc32C: (bytes: Buffer) => number;
  export default crc32C;
}

declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  import type { Message } from 'kafkajs';
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  export interface ProduceParts {
    readonly transactionalId?: string | null;
    readonly acks: number;
    readonly timeout: number;
    readonly compression?: number;
    /** A number, or a Long. */
    readonly producerId?: number | { toString(): string };
    readonly producerEpoch?: number;
    readonly topicData: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly firstSequence?: number; readonly messages: readonly Message[] }[];
    }[];
  }
  interface Request {
    readonly encode: () => Promise<Encoder>;
  }
  const produce: {
    protocol: (wanted: { readonly version: number | string }) => (parts: ProduceParts) => { readonly request: Request; readonly response: unknown };
  };
  export default produce;
}

declare module 'kafkajs/src/protocol/requests/fetch/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  export interface FetchParts {
    readonly replicaId?: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly isolationLevel?: number;
    readonly sessionId?: number;
    readonly sessionEpoch?: number;
    readonly forgottenTopics?: readonly unknown[];
    readonly rackId?: string;
    readonly topics: readonly {
      readonly topic: string;
      /** `rank`: the place of the partition in the request; the client knows nothing of it. */
      readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string; readonly maxBytes: number; readonly rank?: number }[];
    }[];
  }
  interface Request {
    readonly encode: () => Promise<Encoder>;
  }
  const fetch: {
    protocol: (wanted: { readonly version: number | string }) => (parts: FetchParts) => { readonly request: Request; readonly response: unknown };
  };
  export default fetch;
}
