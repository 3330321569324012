import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from './local-process.js';
import { startLocalServer } from './local-server.js';
import { madeOnce } from './made-once.js';
import { cacheFolder, newDataFolder, repositoryRoot } from './places.js';
import { registryAnswers } from './readiness.js';
import { onPath, run } from './run-command.js';
import { Unavailable, type Server } from './server.js';

const POM = join(repositoryRoot, 'deploy', 'test-registry', 'pom.xml');
const JVM = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const RUNNER = 'apicurio-registry-app-2.6.13.Final-runner.jar';

/** Starts a schema registry that keeps all in its memory, from what Maven fetches once. Throws Unavailable where Java or Maven is missing. */
export async function startLocalRegistry(): Promise<Server> {
  const java = onPath('java');
  if (java === null) throw new Unavailable('Java 17 or newer is missing (no java on PATH)');
  const folder = await registryFolder();
  const data = newDataFolder('registry');
  const [port = 0] = await freePorts(1);
  return startLocalServer({
    name: 'registry',
    command: java,
    args: [...JVM, '-jar', join(folder, RUNNER)],
    env: { QUARKUS_HTTP_HOST: '127.0.0.1', QUARKUS_HTTP_PORT: String(port) },
    data,
    address: `127.0.0.1:${port}`,
    answers: registryAnswers,
    startTimeoutMs: 60_000,
  });
}

/** The unpacked application, made once for each content of the pom. */
function registryFolder(): Promise<string> {
  const pomDigest = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 16);
  return madeOnce(cacheFolder(`registry-${pomDigest}`), async (folder) => {
    const maven = onPath('mvn');
    if (maven === null) throw new Unavailable('Maven is missing (no mvn on PATH)');
    await run(maven, ['-q', '-B', '-f', POM, 'dependency:unpack', `-Dregistry.folder=${folder}`], { timeoutMs: 300_000 });
    return folder;
  });
}
