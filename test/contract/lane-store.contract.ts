import type { StoreUnderTest } from '../support/store-under-test.js';
import { laneCommitsContract } from './lane-commits.contract.js';
import { laneOrdersContract } from './lane-orders.contract.js';
import { lanePublishingContract } from './lane-publishing.contract.js';

/** What every lane store must do, run against each of them. */
export const laneStoreContract = (name: string, make: () => Promise<StoreUnderTest>): void => {
  laneCommitsContract(name, make);
  laneOrdersContract(name, make);
  lanePublishingContract(name, make);
};
