import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/**
 * Requests that wait for their answers, under their numbers: few at a time, of which some come and go at any moment. A Map, which the client
 * keeps them in, makes a new table every few requests; the former one points to it and to the requests that were in it, and once V8 has moved
 * one table to its old space, all that follow stay until that is collected, with a third of what a worker sends. Here nothing is left behind.
 */
export class RequestsInFlight<R> {
  readonly #entries: { readonly number: number; readonly request: R }[] = [];

  get size(): number { return this.#entries.length; }

  has(number: number): boolean { return this.#placeOf(number) !== -1; }

  get(number: number): R | undefined { return this.#entries[this.#placeOf(number)]?.request; }

  set(number: number, request: R): this {
    this.delete(number);
    this.#entries.push({ number, request });
    return this;
  }

  delete(number: number): boolean {
    const at = this.#placeOf(number);
    if (at !== -1) this.#entries.splice(at, 1);
    return at !== -1;
  }

  /** Of those that are there now, whatever becomes of them meanwhile. */
  forEach(take: (request: R, number: number) => void): void {
    for (const { request, number } of [...this.#entries]) take(request, number);
  }

  values(): Iterable<R> { return this.#entries.map(({ request }) => request); }

  clear(): void { this.#entries.length = 0; }

  #placeOf(number: number): number { return this.#entries.findIndex((entry) => entry.number === number); }
}

const tables = new WeakMap<object, RequestsInFlight<unknown>>();

/** Makes every connection of KafkaJS 2.2.4 that is opened from now on keep its requests so, for the whole process. */
export const keepRequestsInFlight = (): void => {
  Object.defineProperty(RequestQueue.prototype, 'inflight', {
    configurable: true,
    get(this: object) { return tables.get(this); },
    // The constructor gives it an empty Map.
    set(this: object) { tables.set(this, new RequestsInFlight()); },
  });
};
