import { freePorts } from './local-process.js';
import type { Certificates } from './certificates.js';
import { runKafkaTool, startLocalBroker } from './local-kafka.js';
import type { Server } from './server.js';

export interface SecureKafka extends Server {
  /** Without any protection, for the test itself: whoever comes this way may do everything. */
  readonly open: string;
  /** TLS, and a user with a password (SASL). */
  readonly sasl: string;
  /** TLS, and a user by the client's certificate. */
  readonly mutual: string;
}

export interface SecureKafkaPlan {
  readonly certificates: Certificates;
  readonly user: { readonly name: string; readonly password: string };
}

const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';

/** A broker as companies run them: certificates of an authority of their own, users, and rights that are given one by one. */
export async function startSecureKafka({ certificates, user }: SecureKafkaPlan): Promise<SecureKafka> {
  const [open = 0, controller = 0, sasl = 0, mutual = 0] = await freePorts(4);
  const listener = (name: string, port: number): string => `${name}://127.0.0.1:${port}`;
  const server = await startLocalBroker({
    node: 1, port: open, controllerPort: controller, voters: `1@127.0.0.1:${controller}`,
    settings: {
      'listeners': [listener('PLAINTEXT', open), listener('CONTROLLER', controller), listener('SASL', sasl), listener('MUTUAL', mutual)].join(','),
      'advertised.listeners': [listener('PLAINTEXT', open), listener('SASL', sasl), listener('MUTUAL', mutual)].join(','),
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_SSL,MUTUAL:SSL',
      'ssl.keystore.type': 'PEM', 'ssl.keystore.location': certificates.server.both,
      'ssl.truststore.type': 'PEM', 'ssl.truststore.location': certificates.ca,
      'listener.name.mutual.ssl.client.auth': 'required',
      'ssl.principal.mapping.rules': 'RULE:^CN=(.*)$/$1/',
      'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'listener.name.sasl.plain.sasl.jaas.config': `${PLAIN} user_${user.name}="${user.password}";`,
      'listener.name.sasl.scram-sha-256.sasl.jaas.config': SCRAM,
      'listener.name.sasl.scram-sha-512.sasl.jaas.config': SCRAM,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    },
  });
  const address = `127.0.0.1:${open}`;
  try {
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
      await runKafkaTool('kafka.admin.ConfigCommand', [
        '--bootstrap-server', address, '--alter', '--entity-type', 'users', '--entity-name', user.name, '--add-config', `${mechanism}=[password=${user.password}]`,
      ]);
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...server, open: address, sasl: `127.0.0.1:${sasl}`, mutual: `127.0.0.1:${mutual}` };
}
