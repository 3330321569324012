/** The inner parts of KafkaJS that are mended here: calm-timers.ts, null-headers.ts. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  interface RequestQueue {
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    readonly pending: readonly unknown[];
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  }
  const RequestQueue: { readonly prototype: RequestQueue };
  export default RequestQueue;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  interface Encoder {
    writeVarIntBytes: (this: Encoder, value: Buffer | string | null) => Encoder;
  }
  const Encoder: { readonly prototype: Encoder };
  export default Encoder;
}
