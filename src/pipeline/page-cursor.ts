/** Where a listing over all lanes stands: everything up to and including this order of this lane has been given. */
export interface PageCursor {
  readonly lane: number;
  /** null: nothing of the lane was given yet. */
  readonly after: string | null;
}

export const START: PageCursor = { lane: 0, after: null };

export const formatCursor = (lane: number, after: string): string => `${String(lane)}:${after}`;

/** @throws TypeError when the text is no cursor of ours */
export const parseCursor = (text: string): PageCursor => {
  const parts = /^(\d{1,6}):(.+)$/s.exec(text);
  if (parts?.[1] === undefined || parts[2] === undefined) throw new TypeError('not a cursor of this listing');
  return { lane: Number(parts[1]), after: parts[2] };
};
