/**
 * Each invariant, broken on purpose in one place of the code, and the test that has to notice.
 *
 * @typedef {object} Breakage
 * @property {string} invariant what docs/architecture.md calls it
 * @property {string} how what the broken code does
 * @property {string} file of src
 * @property {readonly (readonly [string, string])[]} edits a text that stands there once, and what stands there instead
 * @property {string} test the file of test that has to turn red
 * @property {string} [only] a name in it, where other tests there would wait in vain for long
 */

/** @type {readonly Breakage[]} */
export const BREAKAGES = [
  {
    invariant: 'I1', how: 'offsets are written apart from the state that was made of them, one commit later',
    file: 'adapters/memory/lane-store.ts',
    edits: [[
      '  for (const [topic, progress] of commit.topics) lane.topics.set(topic, progress);',
      '  for (const [topic, progress] of lane.late ?? []) lane.topics.set(topic, progress);\n  lane.late = commit.topics;',
    ]],
    test: 'pipeline/lane-histories.properties',
  },
  {
    invariant: 'I1', how: 'a commit that was applied is applied again when it is sent again',
    file: 'adapters/memory/lane-store.ts',
    edits: [['lane.token === commit.token && lane.version === commit.base', 'lane.token === commit.token']],
    test: 'pipeline/lane-histories.properties',
  },
  {
    invariant: 'I2', how: 'a commit is applied whoever owns the lane (memory)',
    file: 'adapters/memory/lane-store.ts',
    edits: [['lane.token === commit.token && lane.version === commit.base', 'lane.version === commit.base']],
    test: 'pipeline/lane-ownership',
  },
  {
    invariant: 'I2', how: 'a commit is applied whoever owns the lane (Redis)',
    file: 'adapters/redis/scripts/commit.ts',
    edits: [['held[1] ~= ARGV[1] or held[2] ~= ARGV[2]', 'held[2] ~= ARGV[2]']],
    test: 'integration/lane-store-redis',
  },
  {
    invariant: 'I3', how: 'records are published before they are committed',
    file: 'pipeline/lane-commits.ts',
    edits: [['      const isDone = await persist(persistence, \'commit\'', '      if (outbox !== null) publisher.outbox.enqueue(outbox, outputs.causes);\n      await publisher.outbox.work(persistence);\n      const isDone = await persist(persistence, \'commit\'']],
    test: 'pipeline/lane-histories.properties',
  },
  {
    invariant: 'I1', how: 'a closed alert is taken off the list of its lane before its end is committed',
    file: 'pipeline/lane-session.ts',
    edits: [['    const settled = closings.run(waiting, outputs);\n', '    const settled = closings.run(waiting, outputs);\n    await closings.said(settled);\n']],
    test: 'pipeline/closed-alerts',
  },
  {
    invariant: 'I3', how: 'the outbox is trimmed before the log has acknowledged',
    file: 'pipeline/publisher.ts',
    edits: [[
      'filter(notYetWritten));\n    if (records.length > 0) await output.send(records);',
      'filter(notYetWritten));\n    await store.trim(lane, claimed.token, lastSeq, output.settledEnds());\n    if (records.length > 0) await output.send(records);',
    ]],
    test: 'pipeline/lane-histories.properties',
  },
  {
    invariant: 'I4', how: 'an id is made with the wall clock in it',
    file: 'pipeline/render.ts',
    edits: [['id: idOf(named.kind, orderId, change.episode, change.revision)', 'id: idOf(named.kind + String(wallClock()), orderId, change.episode, change.revision)']],
    test: 'pipeline/lane-histories.properties',
  },
  {
    invariant: 'I4', how: 'a signal that opens again keeps its episode',
    file: 'core/changes.ts',
    edits: [['const episode = opens ? (before?.episode ?? 0) + 1 : before.episode;', 'const episode = 1;']],
    test: 'core/changes',
  },
  {
    invariant: 'I4', how: 'an order that was given up is begun anew by the next event',
    file: 'pipeline/order-book.ts',
    edits: [["newOrder(id, found === 'forgotten')", 'newOrder(id)']],
    test: 'pipeline/retention-recovery', only: 'says of a new record',
  },
  {
    invariant: 'I1', how: 'the new facts of an order with few are written in place of all that it has',
    file: 'pipeline/live-order.ts',
    edits: [['Buffer.concat([few, more])', 'more']],
    test: 'pipeline/live-order',
  },
  {
    invariant: 'I1', how: 'facts that make few facts many are kept as if they were all',
    file: 'adapters/redis/scripts/commit.ts',
    edits: [['  if few then more = few .. more end\n', '']],
    test: 'integration/lane-leaves', only: 'from few to many',
  },
  {
    invariant: 'I4', how: 'what was said last of an order that was given up is read back as if of one that is kept',
    file: 'pipeline/recall-said.ts',
    edits: [['orderIds.filter((_, i) => forgotten[i] !== true)', 'orderIds.filter((_, i) => forgotten[i] !== undefined)']],
    test: 'pipeline/retention-recovery', only: 'does not begin an order anew',
  },
  {
    invariant: 'I7', how: 'records that an order took before it was given up are put aside when they are read again',
    file: 'pipeline/step.ts',
    edits: [["!isKnown && progress.wasRead(record) ? 'duplicate'", "!isKnown && progress.wasRead(record) && factAt < 0 ? 'duplicate'"]],
    test: 'pipeline/retention-recovery', only: 'brings no letters',
  },
  {
    invariant: 'I5', how: 'a lane is worked without looking whether its log is still the one it was made from',
    file: 'pipeline/prepare-lane.ts',
    edits: [['if (wrong !== null) return', 'if (wrong !== null && wrong.name === \'\') return']],
    test: 'pipeline/claim-check', only: 'is kept, told once',
  },
  {
    invariant: 'I6', how: 'the wall clock counts though a topic is not read to its end',
    file: 'pipeline/lane-inbox.ts',
    edits: [['if (queues.waiting(topic) === 0 && next >= there.end) time.atEnd', 'time.atEnd']],
    test: 'pipeline/lane-deadlines',
  },
  {
    invariant: 'I6', how: 'a topic counts as quiet though records have arrived since',
    file: 'pipeline/time-reached.ts',
    edits: [['      c.idle = -Infinity;\n      c.fetchedAt = wall;', '      c.fetchedAt = wall;']],
    test: 'pipeline/time-reached',
  },
  {
    invariant: 'I7', how: 'a refused record is not counted',
    file: 'pipeline/step.ts',
    edits: [["progress.read(candidate.record, outcome === 'dead_letter' ? 'deadLetter' : outcome);", "if (outcome !== 'dead_letter') progress.read(candidate.record, outcome);"]],
    test: 'pipeline/lane-histories.properties',
  },
  {
    invariant: 'I8', how: 'deadlines are judged at the end of a step, not each before the next record',
    file: 'pipeline/step.ts',
    edits: [['    fireDue(firing, order, reached[place] ?? -Infinity, last);\n', '']],
    test: 'pipeline/lane-histories.properties',
  },
  {
    invariant: 'I8', how: 'what a step says leaves order by order, not in the order in which it came about',
    file: 'pipeline/step.ts',
    edits: [['numbered(sayings.inTurn(), lastSeq)', 'numbered(sayings.outputs.records, lastSeq)']],
    test: 'pipeline/lane-histories.properties',
  },
  {
    invariant: 'I8', how: 'a deadline that another brings about for an instant before its own is said before it',
    file: 'pipeline/sayings.ts',
    edits: [['turn = Math.max(turn, due);', 'turn = due;']],
    test: 'pipeline/sayings',
  },
  {
    invariant: 'I1', how: 'a commit of the intake that was applied is applied again when it is sent again',
    file: 'adapters/memory/intake-store.ts',
    edits: [['state.token === commit.token && state.version === commit.base', 'state.token === commit.token']],
    test: 'contract/intake-store-memory',
  },
  {
    invariant: 'I1', how: 'the intake commits offsets without the links and rows that it learned of the records before them',
    file: 'pipeline/mapping/session.ts',
    edits: [['lastSeq, outbox, values, ...changes', 'lastSeq, outbox, values: [], ...changes']],
    test: 'pipeline/mapping/intake-lane.properties',
  },
  {
    invariant: 'I1', how: 'an event that has found its link waits on in the store',
    file: 'pipeline/mapping/kept-links.ts',
    edits: [['!came.delete(number)) went.push(number)', '!came.delete(number)) went.push(-number)']],
    test: 'pipeline/mapping/intake-lane.properties',
  },
  {
    invariant: 'I4', how: 'the id of an event that a map makes has the wall clock in it',
    file: 'pipeline/maps/event-name.ts',
    edits: [['isOnce ? (twins || null) : event]', 'isOnce ? (twins || null) : event, Date.now()]']],
    test: 'pipeline/mapping/intake-lane.properties',
  },
  {
    invariant: 'I2', how: 'a commit of the intake is applied whoever owns it (Redis)',
    file: 'adapters/redis/scripts/commit-intake.ts',
    edits: [['held[1] ~= ARGV[1] or held[2] ~= ARGV[2]', 'held[2] ~= ARGV[2]']],
    test: 'integration/intake-store-redis',
  },
  {
    invariant: 'I3', how: 'the outbox of the intake is trimmed before the log has acknowledged',
    file: 'pipeline/mapping/sender.ts',
    edits: [['    if (!next.sent) await', '    await parts.store.trim(claimed.token, next.entry.lastSeq);\n    if (!next.sent) await']],
    test: 'pipeline/mapping/intake-lane.properties',
  },
  {
    invariant: 'I1', how: 'a leaf of orders is split, and its later half listed nowhere',
    file: 'adapters/redis/scripts/leaves.ts',
    edits: [["  redis.call('ZADD', set.names, 0, at)\n", '']],
    test: 'integration/lane-leaves',
  },
  {
    invariant: 'I1', how: 'the earliest deadline of a leaf stays as it was when its order is given up',
    file: 'adapters/redis/scripts/leaves.ts',
    edits: [['    if gone > 0 then note_first(set, leaf) end\n', '']],
    test: 'integration/lane-leaves',
  },
  {
    invariant: 'I1', how: 'of many deadlines those of the first leaves are told, not the first ones',
    file: 'adapters/redis/scripts/due.ts',
    edits: [["'LIMIT', 0, limit)\nlocal upto", "'LIMIT', 0, 1)\nlocal upto"]],
    test: 'integration/lane-leaves',
  },
  {
    invariant: 'I1', how: 'of many deadlines the later ones of the first leaves are told instead of the first ones of others',
    file: 'adapters/redis/scripts/due.ts',
    edits: [['if values[j + 1] == earliest then first = first + 1 end', 'first = first + 1']],
    test: 'integration/lane-leaves',
  },
  {
    invariant: 'I1', how: 'a lane of an older version is worked before all of it was moved',
    file: 'adapters/redis/lane-store.ts',
    edits: [["  if (fields.has('arranging')) await arrangeLane(client, keys, token, tell);\n", '']],
    test: 'integration/arrange-lane',
  },
];
