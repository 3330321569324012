#!/usr/bin/env node
import module from 'node:module';
import { fitHeap } from './app/heap.js';

// What follows is written for this version, and would fail on an older one with whatever that lacks.
const OLDEST = 24;
if (Number.parseInt(process.versions.node) < OLDEST) {
  process.stderr.write(`Touchpoint needs Node ${OLDEST} or newer, and this is ${process.versions.node}. Where it was installed, \`npx touchpoint\` takes one that came with it.\n`);
  process.exit(2);
}
// Before anything else is loaded: later it helps little.
const [, , command] = process.argv;
if (command === 'replay' || command === 'serve') fitHeap({ answers: command === 'serve' });
// What was compiled once need not be compiled at the next start; where there is no place to keep it, nothing is kept.
module.enableCompileCache();
const { run } = await import('./commands/program.js');
await run();
