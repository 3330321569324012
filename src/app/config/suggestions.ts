/** The known name that a mistyped one most likely stands for; null when none is near. */
export function nearest(typed: string, known: readonly string[]): string | null {
  const wanted = simplify(typed);
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const name of known) {
    const distance = editDistance(wanted, simplify(name));
    if (best === null || distance < best.distance) best = { name, distance };
  }
  return best !== null && best.distance <= Math.max(1, Math.floor(wanted.length / 3)) ? best.name : null;
}

/** `; did you mean ...?`, or nothing. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const name = nearest(typed, known);
  return name === null ? '' : `; did you mean \`${name}\`?`;
}

/** `late-delivery`, `lateDelivery` and `late_delivery` are the same word to the person who types it. */
const simplify = (name: string): string => name.toLowerCase().replace(/[-_.\s]/g, '');

/** Levenshtein's, with a swap of neighbours as one edit. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const present = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min((last[column] ?? 0) + 1, (present[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      present.push(cost);
    }
    beforeLast = last;
    last = present;
  }
  return last[b.length] ?? 0;
}
