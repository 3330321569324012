/** Why the HTTP interface turns a request away without anything having failed: what the label `reason` of `cx_http_refused_total` may be. */
export const HTTP_REFUSALS = ['unauthenticated', 'forbidden', 'rate', 'streams', 'pressure'] as const;
export type HttpRefusal = (typeof HTTP_REFUSALS)[number];
