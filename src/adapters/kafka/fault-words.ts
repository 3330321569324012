/** As the client says that it has no connection, that one broke, or that it waited in vain. Brokers that refuse say so in words of their own. */
const AWAY = [/Connection error: .*\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN)\b/, /Failed to find group coordinator$/, /No brokers in the broker pool$/, /Broker not connected$/];
const BROKE = [/Closed connection$/, /Connection error: .*\b(ECONNRESET|EPIPE|ECONNABORTED)\b/, /Not connected$/];
const SILENT = [/Connection timeout$/, /Request \w+\(key: \d+, version: \d+\) timed out$/, /Timeout while acquiring lock \(/, /no answer within \d+ ms$/, /Connection error: .*\bETIMEDOUT\b/];

/**
 * What a fault of a connection is in words of the service; null: it says so itself, as what brokers answer does, and what is wrong with rights,
 * certificates and topics. They are known by their text, which is all that is left of an error of another thread, and which may tell first what failed.
 */
export function kafkaFaultWords({ message }: Error): string | null {
  const says = (texts: readonly RegExp[]): boolean => texts.some((text) => text.test(message));
  if (says(AWAY)) return 'a Kafka broker is away';
  if (says(BROKE)) return 'the connection to a Kafka broker broke';
  return says(SILENT) ? 'a Kafka broker does not answer' : null;
}

/** Why it failed, without the client's words for it, with the address where it names one. */
export function kafkaFaultText(error: Error): string {
  const { connection, ms } = /Connection error: (?<connection>.+)$|no answer within (?<ms>\d+) ms$/.exec(error.message)?.groups ?? {};
  if (ms !== undefined) return `no answer within ${Number(ms) / 1_000} s`;
  return connection ?? kafkaFaultWords(error) ?? error.message;
}

/** What a person is told whose command lost Kafka on its way; null: it is no outage. */
export const kafkaAwayText = (error: Error): string | null =>
  (kafkaFaultWords(error) === null ? null : `Kafka does not answer any more: ${kafkaFaultText(error)}. Start this again once it does`);
