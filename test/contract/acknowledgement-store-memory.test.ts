import { createMemoryAcknowledgements } from '../../src/adapters/memory/acknowledgements.js';
import { acknowledgementStoreContract } from './acknowledgement-store.contract.js';

acknowledgementStoreContract('memory', createMemoryAcknowledgements);
