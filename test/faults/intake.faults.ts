import { killedIntake } from './cases/intake.js';
import { faultTest } from './harness/case.js';

/** So many orders; fewer for a shorter run. */
const ORDERS = Number(process.env['TOUCHPOINT_FAULTS_ORDERS'] ?? 50_000);

faultTest(killedIntake(3, ORDERS), true);
