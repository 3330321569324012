import { expect, test } from '@jest/globals';
import { repositoryRoot } from '../support/services/places.js';
import { onPath, run } from '../support/services/run-command.js';

test('Docker Compose takes docker-compose.yml', async () => {
  const docker = onPath('docker');
  if (docker === null) throw new Error('This test needs Docker Compose: install docker with its compose plugin.');
  const services = await run(docker, ['compose', 'config', '--services'], { timeoutMs: 30_000, cwd: repositoryRoot });
  expect(services.trim().split('\n').sort()).toEqual(['alertmanager', 'grafana', 'kafka', 'prometheus', 'redis', 'registry', 'shop', 'topics', 'touchpoint-1', 'touchpoint-2']);
});
