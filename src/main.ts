#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fitHeap } from './app/heap.js';

// Before anything else is loaded: later it helps little.
const [, , command] = process.argv;
if (command === 'replay' || command === 'serve') fitHeap({ answers: command === 'serve' });
// What was compiled once need not be compiled at the next start; where there is no place to keep it, nothing is kept.
enableCompileCache();
const { run } = await import('./commands/program.js');
await run();
