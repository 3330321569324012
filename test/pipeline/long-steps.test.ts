import { describe, expect, test } from '@jest/globals';
import { createStepTurns, createTurns, type StepTurns, type Turns } from '../../src/pipeline/turns.js';
import { fact } from '../support/facts.js';
import { createLaneUnderTest, eventually, factBytes, type LaneUnderTest, type Life } from '../support/lane-under-test.js';

const MANY = 2_000;

const laneWith = (orders: number): LaneUnderTest => {
  const lane = createLaneUnderTest({ topics: ['orders'] });
  for (let i = 0; i < orders; i++) lane.logs.append('orders', `o${i}`, factBytes(`o${i}`, fact('delivery.attempt_failed', '05-02 08:00')));
  return lane;
};
/** All in one step. */
const atOnce = (parts: Life['parts'] = {}): Life => ({ parts: { limits: { orders: MANY, bytes: 1e9 }, ...parts } });
const working = (turns: Turns): StepTurns => ({ ...createStepTurns(), working: turns });
const readBy = (lane: LaneUnderTest): number => lane.progress.get('orders')?.count.read ?? 0;

test('a long step lets others run meanwhile', async () => {
  const lane = laneWith(MANY);
  let isWorking = false;
  let turnsOfOthers = 0;
  const other = (): void => {
    if (!isWorking) return;
    turnsOfOthers += 1;
    setImmediate(other);
  };
  const turns: Turns = {
    take() {
      isWorking = true;
      other();
      return Promise.resolve(() => { isWorking = false; });
    },
  };
  await lane.live(atOnce({ turns: working(turns) }));
  expect([readBy(lane), isWorking]).toEqual([MANY, false]);
  expect(turnsOfOthers).toBeGreaterThanOrEqual(MANY / 250);
});

describe('while a long step of another lane is under way', () => {
  const meanwhile = async (): Promise<{ readonly turns: Turns; readonly end: () => void }> => {
    const turns = createTurns();
    return { turns, end: await turns.take() };
  };
  /** A lane with a long step of its own, which waits for its turn. */
  const waiting = async (turns: Turns) => {
    const lane = laneWith(MANY);
    let asked = false;
    const life = await lane.open(atOnce({ turns: working({ take: () => { asked = true; return turns.take(); } }) }));
    await eventually('it asks for its turn', () => asked);
    return { lane, life };
  };

  test('a short one goes on', async () => {
    const { turns } = await meanwhile();
    const lane = laneWith(10);
    await lane.live(atOnce({ turns: working(turns) }));
    expect(readBy(lane)).toBe(10);
  });

  test('a long one waits', async () => {
    const { turns, end } = await meanwhile();
    const { lane, life } = await waiting(turns);
    expect(readBy(lane)).toBe(0);
    end();
    await eventually('it is worked', () => readBy(lane) === MANY);
    await life.end();
  });

  test('a long one that waits is left to the next owner where the lane is to stop', async () => {
    const { turns, end } = await meanwhile();
    const { lane, life } = await waiting(turns);
    const left = life.lane.leave('stop');
    end();
    await left;
    expect(readBy(lane)).toBe(0);
    await life.end();
    await lane.live(atOnce());
    expect(readBy(lane)).toBe(MANY);
    expect(lane.strays).toEqual([]);
  });
});

describe('while a long step of another lane is being prepared', () => {
  /** Notes when a turn is asked for. */
  const watched = (turns: Turns) => {
    const seen = { asked: 0, turns: { take: () => { seen.asked += 1; return turns.take(); } } };
    return seen;
  };

  test('a short one goes on', async () => {
    const turns = createStepTurns();
    await turns.preparing.take();
    const lane = laneWith(10);
    await lane.live(atOnce({ turns }));
    expect(readBy(lane)).toBe(10);
  });

  test('a long one waits, and lets the next one prepare once it is worked itself', async () => {
    const turns = createStepTurns();
    const [preparing, working] = [watched(turns.preparing), watched(turns.working)];
    const [endPreparing, endWorking] = [await turns.preparing.take(), await turns.working.take()];
    const lane = laneWith(MANY);
    const life = await lane.open(atOnce({ turns: { preparing: preparing.turns, working: working.turns } }));
    await eventually('it asks for its turn', () => preparing.asked > 0);
    expect(working.asked).toBe(0);
    endPreparing();
    await eventually('it is prepared', () => working.asked > 0);
    let isNext = false;
    const next = turns.preparing.take().then(() => { isNext = true; });
    await new Promise(setImmediate);
    expect(isNext).toBe(false);
    endWorking();
    await next;
    await eventually('it is worked', () => readBy(lane) === MANY);
    await life.end();
  });

  test('one whose store is away keeps nobody waiting', async () => {
    const turns = createStepTurns();
    const preparing = watched(turns.preparing);
    const lane = laneWith(MANY);
    const life = await lane.open(atOnce({ turns: { ...turns, preparing: preparing.turns }, store: { ...lane.store, load: () => Promise.reject(new Error('away')) } }));
    await eventually('it asks for its turn', () => preparing.asked > 0);
    await turns.preparing.take();
    expect(readBy(lane)).toBe(0);
    await life.end();
  });
});
