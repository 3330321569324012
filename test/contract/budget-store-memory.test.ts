import { createMemoryBudgetStore } from '../../src/adapters/memory/budget-store.js';
import { budgetStoreContract } from './budget-store.contract.js';

budgetStoreContract('memory', createMemoryBudgetStore);
