import type { Acknowledgement, AcknowledgementStore } from '../../pipeline/acknowledgements.js';

/** Acknowledgements in this process's memory. */
export function createMemoryAcknowledgements(): AcknowledgementStore {
  const kept = new Map<string, Acknowledgement>();
  return {
    add(alertId, acknowledgement) {
      const before = kept.get(alertId);
      if (before === undefined) kept.set(alertId, acknowledgement);
      return Promise.resolve({ kept: before ?? acknowledgement, isFirst: before === undefined });
    },
    of: (alertIds) => Promise.resolve(alertIds.map((alertId) => kept.get(alertId) ?? null)),
  };
}
