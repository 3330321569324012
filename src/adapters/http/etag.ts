import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';

/**
 * A route's `onSend`: names the answer by its content, and says 304 to who has it already (`If-None-Match`, RFC 9110, 13.1.2). Whoever asks
 * for an order again and again is told in a few bytes that nothing has changed.
 */
export async function tagged(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (reply.statusCode !== 200 || typeof payload !== 'string') return payload;
  const tag = `"${createHash('sha256').update(payload).digest('base64url').slice(0, 24)}"`;
  // It may be kept by who asked, and shown only after asking again.
  void reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
  if (!names(request.headers['if-none-match'], tag)) return payload;
  void reply.code(304).removeHeader('content-type').removeHeader('content-length');
  return null;
}

/** A list of tags, or any; weak ones count as well. */
const names = (wanted: string | undefined, tag: string): boolean =>
  wanted?.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag) ?? false;
