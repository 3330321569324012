import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Alert } from '../../src/contracts/alerts.js';

export interface Delivered {
  readonly id: string;
  readonly alert: Alert;
}

/** How a receiver takes what it is sent. */
export type Manner =
  | { readonly kind: 'takes' }
  /** Never answers. */
  | { readonly kind: 'hangs' }
  | { readonly kind: 'answers'; readonly status: number };

/** A receiver of webhooks as somebody else would write it: verifies by the published library, answers as it is told to. */
export async function startReceiver(secret: string) {
  const verifier = new Webhook(secret);
  const delivered: Delivered[] = [];
  const refused: string[] = [];
  let asked = 0;
  let manner: Manner = { kind: 'takes' };
  const take = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    asked += 1;
    if (manner.kind === 'hangs') return;
    try {
      const { data } = verifier.verify(body, request.headers as Record<string, string>) as { readonly data: Alert };
      if (manner.kind === 'takes') delivered.push({ id: String(request.headers['webhook-id']), alert: data });
      response.writeHead(manner.kind === 'takes' ? 204 : manner.status).end();
    } catch (error) {
      refused.push(String(error));
      response.writeHead(401).end();
    }
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => { body += chunk; }).on('end', () => { take(request, response, body); });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`,
    delivered, refused,
    asked: () => asked,
    /** From now on; requests that hang are cut. */
    becomes(next: Manner): void {
      manner = next;
      if (next.kind !== 'hangs') server.closeAllConnections();
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}
