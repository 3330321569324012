import { everyStep } from './cases/killed.js';
import { faultTest } from './harness/case.js';

faultTest(everyStep(1), false);
