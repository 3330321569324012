/** What a caller of the HTTP interface may do: read, also who the customers are, and change something. */
export const SCOPES = ['read', 'read:personal', 'act'] as const;
export type Scope = (typeof SCOPES)[number];
