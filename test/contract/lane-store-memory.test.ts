import { createMemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import { laneStoreContract } from './lane-store.contract.js';
import { type KeptStore, laneUpkeepContract } from './lane-upkeep.contract.js';
import { measureStoreContract, type MeasuredStore } from './measure-store.contract.js';
import { laneViewerContract, type ViewedStore } from './lane-viewer.contract.js';

const make = (): Promise<ViewedStore & KeptStore & MeasuredStore> => {
  const store = createMemoryLaneStore();
  return Promise.resolve({ store, reader: store, viewer: store, halts: store.halts, measures: store.measures, end: () => store.close() });
};

laneStoreContract('the lane store in memory', make);
measureStoreContract('measures in memory', make);
laneViewerContract('a look at the lane store in memory', make);
laneUpkeepContract('the upkeep of the lane store in memory', make);
