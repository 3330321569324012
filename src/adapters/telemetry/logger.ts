import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

export interface LoggerSettings {
  readonly level: string;
  /** For a person at a terminal; else one JSON object a line. */
  readonly pretty: boolean;
  /** Where lines go; absent: standard output. */
  readonly destination?: DestinationStream;
}

/**
 * The process's logger. Written synchronously, so that the line before a crash is there; what is said per record is
 * counted instead of logged, so there is never much to write.
 */
export function createLogger({ level, pretty, destination }: LoggerSettings): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (!pretty) return destination === undefined ? pino(options) : pino(options, destination);
  const settings = { translateTime: 'HH:MM:ss', ignore: 'event', singleLine: true, ...(destination === undefined ? { sync: true } : { destination }) };
  return pino(options, PinoPretty(settings));
}
