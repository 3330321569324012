import { createMemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import { laneStoreContract } from './lane-store.contract.js';

laneStoreContract('the lane store in memory', () => {
  const store = createMemoryLaneStore();
  return Promise.resolve({ store, reader: store, end: () => store.close() });
});
