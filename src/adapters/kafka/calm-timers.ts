import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** How long to wait for room among the requests in flight when nothing throttles us; ms. */
const ROOM_MS = 10;

/**
 * KafkaJS 2.2.4 arms a timer after every answer, also when no request waits; its delay is negative, which Node takes for
 * 1 ms, so each connection spins. Here a timer is armed only while a request waits.
 */
export const calmTimers = (): void => {
  RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests() {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const wait = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, wait > 0 ? wait : ROOM_MS);
  };
};
