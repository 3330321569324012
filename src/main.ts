#!/usr/bin/env node
import { fitHeap } from './app/heap.js';

// Before anything else is loaded: later it helps little.
if (process.argv[2] === 'replay') fitHeap();
const { run } = await import('./commands/program.js');
await run();
