import { pino, stdSerializers, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
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
    serializers: { err: errorFields },
  };
  if (!pretty) return destination === undefined ? pino(options) : pino(options, destination);
  const settings = { translateTime: 'HH:MM:ss', ignore: 'event', singleLine: true, ...(destination === undefined ? { sync: true } : { destination }) };
  return pino(options, PinoPretty(settings));
}

/**
 * Of an error's message and of its stack. A line of up to 4 KB comes into a pipe as a whole, whatever other threads write beside it.
 */
const MOST_LETTERS = { message: 800, stack: 2_400 };

/**
 * What a line says of an error. Clients hang more on theirs, such as all that a refused command was to write: customers, what people
 * noted, and megabytes of it.
 */
function errorFields(error: Error): object {
  const { type, message: whole, stack } = stdSerializers.err(error);
  const message = cut(whole, MOST_LETTERS.message);
  const { code } = error as NodeJS.ErrnoException;
  return { type, message, stack: cut(stack.replace(whole, () => message), MOST_LETTERS.stack), ...(code === undefined ? {} : { code }), ...(error instanceof AggregateError ? { aggregateErrors: error.errors.map(errorFields) } : {}) };
}

const cut = (text: string, letters: number): string => (text.length > letters ? `${text.slice(0, letters)}…` : text);
