/**
 * One answer for all who ask within a moment, so that it is made no more often however many ask; one that failed is not kept.
 * @param now the wall clock, ms; where it is set back, the answer is made anew
 */
export function sharedAnswer<T>(make: () => Promise<T>, lastsMs: number, now: () => number): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    const at = now();
    if (last !== null && Math.abs(at - last.at) < lastsMs) return last.answer;
    const answer = make();
    last = { at, answer };
    answer.catch(() => (last = null));
    return answer;
  };
}
