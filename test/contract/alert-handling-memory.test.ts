import { createMemoryAlertHandling } from '../../src/adapters/memory/alert-handling.js';
import { alertHandlingContract } from './alert-handling.contract.js';

alertHandlingContract('memory', createMemoryAlertHandling);
