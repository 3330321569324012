import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { promtool } from '../support/real-services.js';
import { repositoryRoot } from '../support/services/places.js';

/** Prometheus's own tool on the files that it is given. */

const cases = readdirSync(join(repositoryRoot, 'deploy/prometheus/tests')).map((file) => `tests/${file}`);

describe('promtool', () => {
  test('takes the configuration with its rules', async () => {
    expect(await promtool(['check', 'config', 'prometheus.yml'])).toContain('SUCCESS: 2 rule files found');
  });

  test('finds nothing to say against the rules', async () => {
    const said = await promtool(['check', 'rules', '--lint=all', '--lint-fatal', 'recording.rules.yml', 'alerts.rules.yml']);
    expect(said.match(/SUCCESS: \d+ rules found/g)).toHaveLength(2);
  });

  test.each(cases)('has every alarm fire, and just not fire, as %s says', async (file) => {
    expect(await promtool(['test', 'rules', file])).toContain('SUCCESS');
  });
});
