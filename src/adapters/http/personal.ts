/** Fields that say who a customer is, wherever they stand in an answer. */
const PERSONAL = new Set(['customerId', 'accountId', 'customers']);

/** The same without who the customers are: ids become null, lists of them empty. */
export function withoutPersonal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPersonal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => {
    if (!PERSONAL.has(key)) return [key, withoutPersonal(held)];
    if (typeof held === 'string') return [key, null];
    return [key, Array.isArray(held) ? [] : held];
  }));
}
