import type { Logger } from 'pino';
import type { StreamTelemetry } from '../../pipeline/stream/event-stream.js';
import type { Metrics } from './metrics.js';

/** The clients of `/v1/stream`. */
export const streamTelemetry = (logger: Logger, metrics: Metrics): Omit<StreamTelemetry, 'retrying'> => ({
  streamClients: (count) => metrics.streamClients.set(count),
  streamDropped: (reason) => metrics.streamDropped[reason].inc(1),
  streamFailed: (error) => logger.warn({ event: 'stream.failed', err: error }, `cx.events cannot be read for /v1/stream, its clients are cut and come back: ${error.message}`),
});
