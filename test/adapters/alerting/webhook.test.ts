import { expect, test } from '@jest/globals';
import type { AlertFilter } from '../../../src/adapters/alerting/alert-filter.js';
import { createWebhook } from '../../../src/adapters/alerting/webhook.js';
import type { Alert } from '../../../src/contracts/alerts.js';
import { createMemoryBudgetStore } from '../../../src/adapters/memory/budget-store.js';
import type { AlertDigest } from '../../../src/contracts/alert-digest.js';
import type { Budget } from '../../../src/pipeline/sinks/budget.js';
import { createSinkUnderTest, TAKEN, uuid } from '../../support/sink-under-test.js';

const MINUTE = 60_000;

/** A webhook for what the filter lets through. `posted`: alert, type and severity, in the order in which they were sent; of digests how many of each severity. */
function underTest(filter: AlertFilter, budget: Budget | null = null) {
  const posted: string[] = [];
  const under = createSinkUnderTest({
    budget,
    destination: ({ now }) => createWebhook({
      headers: {}, keys: [Buffer.alloc(24)], filter, personal: false, now,
      to: {
        async post(body) {
          const { data } = JSON.parse(body) as { readonly data: Alert | AlertDigest };
          posted.push(data.type === 'alert.digest' ? `digest for ${String(data.team)}: ${JSON.stringify({ ...data.bySeverity, ended: data.ended })}`
            : `${data.alertId.slice(0, 1)} ${data.type.slice('alert.'.length)} ${data.severity}`);
          return TAKEN;
        },
        close: () => undefined,
      },
    }),
  });
  let id = 0;
  return {
    advance: under.advance, posted,
    /** Publishes these changes of an alert, in turn, and waits until the sink is through with them. */
    async tell(digit: string, changes: readonly Partial<Alert>[]): Promise<readonly string[]> {
      for (const [revision, change] of changes.entries()) under.publish((id++).toString(16), { alertId: uuid(digit), revision, ...change });
      await under.advance(2_000);
      return posted.splice(0);
    },
    async start(): Promise<void> {
      under.create().start();
      await under.advance(0);
    },
  };
}

const critical = { severity: 'critical' } as const;
const warning = { severity: 'warning' } as const;
const update = { type: 'alert.updated' } as const;
const end: Partial<Alert> = { type: 'alert.resolved', owner: null, patterns: [], reason: 'cleared' };

test('a webhook for critical alerts hears that one ended which was a warning at last, but not of what was one from beginning to end', async () => {
  const webhook = underTest({ minSeverity: 'critical', owners: null });
  await webhook.start();
  expect(await webhook.tell('a', [critical, { ...update, ...warning }, { ...end, ...warning }])).toEqual(['a raised critical', 'a resolved warning']);
  expect(await webhook.tell('b', [warning, { ...update, ...critical }, { ...update, ...warning }, { ...end, ...warning }])).toEqual(['b updated critical', 'b resolved warning']);
  expect(await webhook.tell('c', [warning, { ...end, ...warning }])).toEqual([]);
});

test('a webhook for a team hears of ends whosever they are: they name no team', async () => {
  const webhook = underTest({ minSeverity: 'warning', owners: new Set(['billing']) });
  await webhook.start();
  expect(await webhook.tell('a', [{ owner: 'billing' }, { ...end, ...warning }])).toEqual(['a raised warning', 'a resolved warning']);
  expect(await webhook.tell('b', [{ owner: 'logistics' }])).toEqual([]);
});

test('a digest says how its alerts stand by then, also of one that is not for the webhook any more', async () => {
  const budget: Budget = { perHour: { warning: 0, critical: 0 }, digestAfterMs: 15 * MINUTE, worklist: () => '/v1/worklist', store: createMemoryBudgetStore() };
  const webhook = underTest({ minSeverity: 'critical', owners: new Set(['billing']) }, budget);
  await webhook.start();
  const [a, b] = [{ ...critical, owner: 'billing' }, { ...warning, ...update, owner: 'billing' }];
  expect([await webhook.tell('a', [a]), await webhook.tell('b', [a, b]), await webhook.tell('c', [a, b, { ...end, ...warning }]), await webhook.tell('d', [a, { ...b, ...critical, owner: 'logistics' }])]).toEqual([[], [], [], []]);
  await webhook.advance(16 * MINUTE);
  expect(webhook.posted).toEqual(['digest for billing: {"critical":2,"warning":1,"ended":1}']);
});
