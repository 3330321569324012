import { freePorts } from '../../support/services/local-process.js';
import { startLocalBroker } from '../../support/services/local-kafka.js';
import type { Server } from '../../support/services/server.js';
import type { CaseTools } from './case.js';
import { openProxy, type Proxy } from './proxy.js';

/** Three brokers that copy everything to each other; each answers for itself. */
export async function threeBrokers({ cleanUp }: Pick<CaseTools, 'cleanUp'>): Promise<readonly Server[]> {
  const ports = await freePorts(6);
  const nodes = [1, 2, 3].map((node) => ({ node, port: ports[node - 1] ?? 0, controllerPort: ports[node + 2] ?? 0 }));
  const voters = nodes.map(({ node, controllerPort }) => `${node}@127.0.0.1:${controllerPort}`).join(',');
  const settings = {
    'offsets.topic.replication.factor': '3', 'transaction.state.log.replication.factor': '3', 'default.replication.factor': '3',
    // A dead leader is replaced within seconds.
    'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500',
  };
  const brokers = await Promise.all(nodes.map((node) => startLocalBroker({ ...node, voters, settings })));
  for (const broker of brokers) cleanUp(() => broker.stop());
  return brokers;
}

/** A broker that workers reach by a wire in the case's hand, and the harness directly. */
export async function wiredBroker({ cleanUp }: Pick<CaseTools, 'cleanUp'>): Promise<{ readonly broker: Server; readonly proxy: Proxy }> {
  const [port = 0, wired = 0, controllerPort = 0] = await freePorts(3);
  const proxy = await openProxy(`127.0.0.1:${wired}`);
  cleanUp(() => proxy.close());
  const broker = await startLocalBroker({
    node: 1, port, controllerPort, voters: `1@127.0.0.1:${controllerPort}`,
    settings: {
      'listeners': `PLAINTEXT://127.0.0.1:${port},WIRED://127.0.0.1:${wired},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},WIRED://${proxy.address}`,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,WIRED:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'inter.broker.listener.name': 'PLAINTEXT',
    },
  });
  cleanUp(() => broker.stop());
  return { broker, proxy };
}
