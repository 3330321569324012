/** Does something again and again, never twice at once; a failure waits for the next time. */
export function everySoOften(ms: number, work: () => Promise<void>): { stop(): void } {
  let busy = false;
  const turn = (): void => {
    if (busy) return;
    busy = true;
    work().catch(() => undefined).finally(() => { busy = false; });
  };
  const timer = setInterval(turn, ms);
  turn();
  return { stop: () => { clearInterval(timer); } };
}
