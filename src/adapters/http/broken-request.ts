import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemBody, PROBLEM_TYPE } from './problems.js';

/** What arrives on the socket is no request that could be routed: answered by hand, then the connection is closed. */
export function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = REFUSALS[error.code ?? ''] ?? BROKEN;
  const body = JSON.stringify(problemBody(status, detail, randomUUID()));
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n'));
}

type Refusal = readonly [status: number, detail: string];
const BROKEN: Refusal = [400, 'This is not a request of HTTP/1.1.'];
const REFUSALS: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive within the time allowed.'],
  HPE_HEADER_OVERFLOW: [431, 'Address and headers together are larger than this service takes.'],
};
