import { clocks, compressed, endless, hostile, misplaced, transactions } from './cases/input.js';
import { faultTest } from './harness/case.js';

for (const strange of [hostile, misplaced, endless, clocks, transactions, compressed]) faultTest(strange(), true);
