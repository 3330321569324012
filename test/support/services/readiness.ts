import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** An ApiVersions request, version 0, without a client id; any answer of it shows that the broker serves requests. */
const API_VERSIONS = Buffer.from('0000000a0012000000000001ffff', 'hex');
const PING = Buffer.from('PING\r\n');

/** Asks the broker for its API versions; true once it answers with as many bytes as it announces. */
export function kafkaAnswers(address: string): Promise<boolean> {
  return exchange(address, API_VERSIONS, (answer) => answer.length >= 4 && answer.length >= 4 + answer.readUInt32BE(0));
}

/** True once the server answers PING; one that still loads its data says so instead. */
export function redisAnswers(address: string): Promise<boolean> {
  return exchange(address, PING, (answer) => answer.toString('latin1').startsWith('+PONG'));
}

/** Where a registry offers Confluent's interface. */
export const registryUrl = (address: string): string => `http://${address}/apis/ccompat/v7`;

/** True once the registry lists its subjects. */
export async function registryAnswers(address: string): Promise<boolean> {
  try {
    return (await fetch(`${registryUrl(address)}/subjects`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

function exchange(address: string, request: Buffer, isAnswer: (bytes: Buffer) => boolean): Promise<boolean> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    let answer = Buffer.alloc(0);
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(2_000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('connect', () => socket.write(request));
    socket.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes]);
      if (isAnswer(answer)) end(true);
    });
  });
}

export interface Waiting {
  /** What is waited for, as the error names it. */
  readonly what: string;
  readonly timeoutMs: number;
  /** Why waiting longer is in vain; null while it isn't. */
  readonly hopeless?: () => string | null;
}

/** Polls until `probe` says yes. Throws when time is up or there is no hope left. */
export async function until(probe: () => Promise<boolean>, waiting: Waiting): Promise<void> {
  const deadline = Date.now() + waiting.timeoutMs;
  while (!(await probe())) {
    const reason = waiting.hopeless?.() ?? null;
    if (reason !== null) throw new Error(`${waiting.what}: ${reason}`);
    if (Date.now() > deadline) throw new Error(`${waiting.what}: nothing after ${waiting.timeoutMs} ms`);
    await pause(25);
  }
}
