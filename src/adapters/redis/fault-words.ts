/** As the client says that it has no connection, or gave up waiting for one. */
const AWAY = [/^Reached the max retries per request limit/, /^Connection is closed\.$/, /^Stream isn't writeable/, /^Failed to refresh slots cache/, /^Cluster isn't ready/];
const SILENT = [/^Command timed out$/, /^Socket timeout\./, /^connect ETIMEDOUT$/];

/**
 * What a fault of the connection is in words of the service; null: it says so itself, as what Redis answers does. Those of the client name its
 * settings and its code, and say nothing of Redis. They are known by their text, which is all that is left of an error of another thread.
 */
export function redisFaultWords({ message }: Error): string | null {
  if (AWAY.some((text) => text.test(message))) return 'Redis is away';
  if (SILENT.some((text) => text.test(message))) return 'Redis does not answer';
  return message.startsWith('Command aborted due to connection close') ? 'the connection to Redis broke' : null;
}
