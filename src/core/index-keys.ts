import type { Said } from './said.js';

/** Orders with an open alert. */
export const OPEN_ALERT = 'alert:open';

const CUSTOMER = 'customer:';

/** The customer among these entries; null: there is none. */
export const customerIn = (keys: readonly string[]): string | null => keys.find((key) => key.startsWith(CUSTOMER))?.slice(CUSTOMER.length) ?? null;

/**
 * Under which names an order can be found, as a pure function of what was said of it: `verdict:poor`,
 * `signal:late_delivery` (open or resolved), `pattern:silent_change`, `alert:open`, `customer:c-1`. `good` and `on_course`, the bulk of
 * all orders, aren't indexed.
 */
export function indexKeys(said: Said, customerId: string | null): string[] {
  const keys: string[] = [];
  if (customerId !== null) keys.push(CUSTOMER + customerId);
  if (said.verdict !== 'good' && said.verdict !== 'on_course') keys.push(`verdict:${said.verdict}`);
  for (const [name, s] of said.signals) if (s.state !== 'retracted') keys.push(`signal:${name}`);
  for (const [name, p] of said.patterns) if (p.state === 'matched') keys.push(`pattern:${name}`);
  if (said.alert?.state === 'open') keys.push(OPEN_ALERT);
  return keys;
}
