import { createRedisAcknowledgements } from '../../src/adapters/redis/acknowledgements.js';
import { acknowledgementStoreContract } from '../contract/acknowledgement-store.contract.js';
import { freshPrefix } from '../support/real-services.js';
import { clientForTests } from '../support/redis-client.js';

const redis = clientForTests();

acknowledgementStoreContract('Redis', () => createRedisAcknowledgements(redis(), { prefix: freshPrefix('cx') }));
