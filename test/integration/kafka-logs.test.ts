import { kafkaLogs } from './kafka-support.js';
import { LANES, logsSuite, TOPICS } from '../contract/logs-suite.js';

logsSuite('Kafka', () => kafkaLogs({ topics: TOPICS, lanes: LANES }));
