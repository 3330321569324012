import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { createMemoryAlertHandling } from '../../../src/adapters/memory/alert-handling.js';
import { html, htmlText } from '../../../src/adapters/http/pages/html.js';
import { worstFirst } from '../../../src/adapters/http/pages/overview.js';
import type { HttpPorts } from '../../../src/adapters/http/ports.js';
import type { Fact } from '../../../src/core/fact.js';
import { alertIdOf } from '../../../src/pipeline/alert-id.js';
import { DAY, delivered, fact, NOW, orderOf, placed, portsWith, signal, type Given } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

async function page(address: string, orders: readonly Given[], more: Partial<HttpPorts> = {}): Promise<string> {
  app = await buildHttp(await portsWith(orders, more));
  const response = await app.inject(address);
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  return response.body;
}

const EVIL = `<script>alert(1)</script>"'&`;

describe('html', () => {
  test('escapes what it is given and leaves what it has made', () => {
    const inner = html`<b>${EVIL}</b>`;
    expect(htmlText(html`<p title="${EVIL}">${inner}${[1, null, 'a<b']}</p>`)).toBe(
      '<p title="&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"><b>&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;</b>1a&lt;b</p>');
  });
});

describe('the front page', () => {
  test('counts orders by verdict', async () => {
    const body = await page('/', [{ orderId: 'a', verdict: 'failed' }, { orderId: 'b', verdict: 'poor' }, { orderId: 'c', verdict: 'poor' }, { orderId: 'd', verdict: 'good' }]);
    expect(body).toContain('<b>4</b> known orders');
    expect(body).toContain('<b class="failed">1</b>');
    expect(body).toContain('<b class="poor">2</b>');
    expect(body).toContain('<b class="fair">0</b>');
  });

  test('shows what a person should do while it still helps, the most urgent first', async () => {
    const open = (orderId: string, at: number, alerts = 1): Given => ({ orderId, verdict: 'poor', patterns: [{ pattern: 'missed_promise', at }], alerts });
    const handling = createMemoryAlertHandling();
    const deed = { at: NOW, by: null, note: null };
    await handling.acknowledge(alertIdOf('soon', 1), deed);
    await handling.snooze(alertIdOf('off', 1), { ...deed, until: NOW + DAY, revision: 0 });
    await handling.close({ lane: 0, orderId: 'closed', alertId: alertIdOf('closed', 1) }, { ...deed, outcome: 'done', severity: 'warning', patterns: [] });
    const days = { later: 1, soon: 2.9, gone: 3.1, off: 1, closed: 1 };
    const body = await page('/', [...Object.entries(days).map(([orderId, ago]) => open(orderId, NOW - ago * DAY)), open('ended', NOW - DAY, 0)], { handling });
    const work = body.slice(body.indexOf('A person can still help'), body.indexOf('The worst orders'));
    expect([...work.matchAll(/\/orders\/(\w+)"/g)].map(([, id]) => id)).toEqual(['soon', 'later']);
    expect(work).toContain('Find the parcel');
    expect(work.match(/customer-service[^<]*/g)).toEqual(['customer-service, taken up', 'customer-service']);
  });

  test('and one order no more, once a person has closed its alert', async () => {
    const order = orderOf({ orderId: 'o-1', verdict: 'poor', patterns: [{ pattern: 'missed_promise' }], alerts: 1 });
    const { alert } = order;
    const body = await page('/orders/o-1', [{ orderId: 'o-1' }], { assessStored: () => ({ ...order, alert: alert === null ? null : { ...alert, state: 'closed' } }) });
    expect([body.includes('A person has closed the alert'), body.includes('Find the parcel')]).toEqual([true, false]);
  });

  test('an empty service says so', async () => {
    const body = await page('/', []);
    expect(body).toContain('No order waits for anyone');
    expect(body).toContain('No order is poor or failed');
  });

  test('worst first: verdict, then what is under way, then the weight of the signals', () => {
    const view = (given: Given) => ({ ...orderOf(given), lane: 0 });
    const ended = { end: { kind: 'delivered', at: NOW } } as const;
    const expected = ['failed-open', 'failed-ended', 'poor-heavy', 'poor-light'];
    const views = [
      view({ orderId: 'poor-light', verdict: 'poor', signals: [signal('lost', NOW, 1)] }),
      view({ orderId: 'failed-ended', verdict: 'failed', signals: [signal('lost', NOW, 3)], more: ended }),
      view({ orderId: 'poor-heavy', verdict: 'poor', signals: [signal('lost', NOW, 3)] }),
      view({ orderId: 'failed-open', verdict: 'failed' }),
    ];
    expect(views.sort(worstFirst).map(({ assessment }) => assessment.orderId)).toEqual(expected);
  });
});

describe('the page of an order', () => {
  test('tells the story in words', async () => {
    const body = await page('/orders/o-1', [{
      orderId: 'o-1', verdict: 'poor', facts: [placed(NOW - 9 * DAY), delivered(NOW)],
      signals: [signal('late_delivery', NOW - DAY, 1, { detail: { delaySeconds: 86_400 } })], patterns: [{ pattern: 'grave_signal' }],
    }]);
    expect(body).toContain('Ordered 1 line for EUR 20.00');
    expect(body).toContain('it came 1 d late');
    expect(body).toContain('Delivered.');
    expect(body).toContain('Offer a remedy');
  });

  test('says whose times it tells: those of the order, or of all', async () => {
    const begun = placed(NOW - 9 * DAY);
    const inTokyo = { ...begun, body: { ...begun.body, timeZone: 'Asia/Tokyo' } } as Fact;
    expect(await page('/orders/o-1', [{ orderId: 'o-1', facts: [inTokyo] }])).toContain('Times are those of Asia/Tokyo.');
    await app?.close();
    expect(await page('/orders/o-1', [{ orderId: 'o-1', facts: [begun] }])).toContain('Times are those of UTC.');
  });

  test('runs nothing that came in with an event', async () => {
    const facts = [
      placed(NOW - 9 * DAY),
      fact('order.cancelled', 'orders', NOW - DAY, { by: 'company', reason: EVIL }),
      fact('contact.opened', 'contacts', NOW, { contactId: EVIL, channel: EVIL, topic: EVIL, by: 'customer' }),
    ];
    const body = await page(`/orders/${encodeURIComponent(EVIL)}`, [{
      orderId: EVIL, customerId: EVIL, verdict: 'failed', facts, signals: [signal('repeat_contact', NOW, 1, { detail: { topic: EVIL }, evidence: facts })],
      patterns: [{ pattern: 'grave_signal' }], more: { place: { carrier: EVIL }, lastTold: { stated: null, about: EVIL, at: NOW }, promises: { original: EVIL, baseline: EVIL, latest: EVIL } },
    }]);
    expect(body).not.toMatch(/<script|"'/);
    expect(body).toContain('&lt;script&gt;');
    const list = await app?.inject(`/orders?customerId=${encodeURIComponent(EVIL)}`);
    expect(list?.body).toContain('&lt;script&gt;');
    expect(list?.body).not.toMatch(/<script|"'/);
  });

  test('a list leads to its next page with the same filters', async () => {
    const body = await page('/orders?verdict=poor&limit=2', Array.from({ length: 5 }, (_, n): Given => ({ orderId: `o-${n}`, verdict: 'poor' })));
    const next = /rel="next" href="([^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(next).toContain('verdict=poor');
    const second = await app?.inject(next);
    expect([...(second?.body ?? '').matchAll(/href="\/orders\/(o-\d)"/g)]).toHaveLength(2);
  });
});

describe('what cannot be shown', () => {
  test.each([['/orders/none', 404, 'No event of this order has been read'], ['/orders?verdict=bad', 400, 'verdict: expected one of']])('%s is told to a person', async (address, status, words) => {
    app = await buildHttp(await portsWith([]));
    const response = await app.inject(address);
    expect([response.statusCode, response.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
    expect(response.body).toContain(words);
    expect(response.body).toContain(String(response.headers['x-request-id']));
  });

  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  test.each([['/nowhere', 404, 'There is nothing at this address'], ['/orders/a/b', 404, 'There is nothing'], ['/orders//', 404, 'There is nothing'], ['/v1/alerts/x/ack', 405, 'GET is no method'], ['/orders/%zz', 400, 'no address that could be looked up']])(
    '%s is told to a browser by a page that leads back, to programs as JSON', async (url, status, words) => {
      app = await buildHttp(await portsWith([]));
      const { statusCode, headers, body } = await app.inject({ url, headers: { accept: BROWSER } });
      expect([statusCode, headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
      expect(headers['content-security-policy']).toContain("style-src 'self'");
      for (const part of [words, '<a href="/">', '/style.css', String(headers['x-request-id'])]) expect(body).toContain(part);
      // It would not come to be there.
      expect(body).not.toContain('http-equiv="refresh"');
      for (const accept of [undefined, '*/*', 'application/json']) {
        const asked = await app.inject({ url, headers: accept === undefined ? {} : { accept } });
        expect([asked.statusCode, asked.headers['content-type']]).toEqual([status, 'application/problem+json; charset=utf-8']);
      }
    });

  test('an address for programs answers a browser as it does programs, and so does every address another method', async () => {
    app = await buildHttp(await portsWith([]));
    for (const asked of [{ url: '/v1/orders/none' }, { url: '/nowhere', method: 'POST' }] as const) {
      expect((await app.inject({ ...asked, headers: { accept: BROWSER } })).headers['content-type']).toMatch(/^application\/problem\+json/);
    }
  });

  test('a browser that may not ask is not told by the kind of answer which addresses for programs there are', async () => {
    const http = (app = await buildHttp(await portsWith([]), { access: { tokens: [], open: false } }));
    const ask = async (url: string) => {
      const { statusCode, headers } = await http.inject({ url, remoteAddress: '192.0.2.1', headers: { accept: BROWSER } });
      return [statusCode, headers['content-type']];
    };
    expect(await ask('/nowhere')).toEqual(await ask('/v1/orders'));
  });

  test('nor does it run anything that came in with the address', async () => {
    app = await buildHttp(await portsWith([]));
    expect((await app.inject(`/orders?${encodeURIComponent(EVIL)}=1`)).body).not.toMatch(/<script|"'/);
  });
});
