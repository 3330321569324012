/** The one inner part of KafkaJS that is mended here (calm-timers.ts). */
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
