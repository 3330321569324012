import { createMemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import { laneStoreContract } from './lane-store.contract.js';
import { laneViewerContract, type ViewedStore } from './lane-viewer.contract.js';

const make = (): Promise<ViewedStore> => {
  const store = createMemoryLaneStore();
  return Promise.resolve({ store, reader: store, viewer: store, end: () => store.close() });
};

laneStoreContract('the lane store in memory', make);
laneViewerContract('a look at the lane store in memory', make);
