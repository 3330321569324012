import { createMemoryIntakeStore } from '../../src/adapters/memory/intake-store.js';
import { intakeStoreContract } from './intake-store.contract.js';

intakeStoreContract('what the intake keeps in memory', () => {
  const store = createMemoryIntakeStore();
  return Promise.resolve({ store, decide: (halt, decision) => store.decide(halt, decision), end: () => Promise.resolve() });
});
