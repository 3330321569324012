import { describe, expect, test } from '@jest/globals';
import { createGathering } from '../../src/pipeline/gathering.js';

const onStage = () => {
  const stage = { lacks: true, now: 1_000 };
  return { stage, gathering: createGathering(() => stage.lacks, { now: () => stage.now }) };
};

describe('a lane with a backlog', () => {
  test('waits with its step until plenty is there', () => {
    const { stage, gathering } = onStage();
    expect(gathering.waits()).toBe(true);
    stage.lacks = false;
    expect(gathering.waits()).toBe(false);
  });

  test('waits two seconds at the most, from when it could have begun', () => {
    const { stage, gathering } = onStage();
    expect(gathering.waits()).toBe(true);
    stage.now += 1_999;
    expect(gathering.waits()).toBe(true);
    stage.now += 1;
    expect(gathering.waits()).toBe(false);
    gathering.begins();
    expect(gathering.waits()).toBe(true);
  });

  test('does not wait on a clock that went back', () => {
    const { stage, gathering } = onStage();
    expect(gathering.waits()).toBe(true);
    stage.now -= 5_000;
    expect(gathering.waits()).toBe(false);
  });
});
