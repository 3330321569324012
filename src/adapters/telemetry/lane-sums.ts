/** A figure that every lane has and the process reports as one. */
export function createLaneSum(report: (sum: number) => void) {
  const lanes = new Map<number, number>();
  let sum = 0;
  const set = (lane: number, value: number): void => {
    sum += value - (lanes.get(lane) ?? 0);
    lanes.set(lane, value);
    report(sum);
  };
  return {
    set,
    /** The lane is another process's from now on. */
    drop(lane: number): void {
      set(lane, 0);
      lanes.delete(lane);
    },
  };
}
