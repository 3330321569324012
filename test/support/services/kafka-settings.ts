/** What lets one broker serve many short tests: single replicas, no waiting for members, topics only when asked for. */
export const KAFKA_SETTINGS: Readonly<Record<string, string>> = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'group.initial.rebalance.delay.ms': '0',
  // A test of what happens when a member dies need not wait for the usual six seconds at least.
  'group.min.session.timeout.ms': '1000',
  'auto.create.topics.enable': 'false',
};
