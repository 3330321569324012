#!/usr/bin/env node
import { growYoungSpaceAtOnce } from './app/young-space.js';

// Before anything else is loaded: later it helps little.
if (process.argv[2] === 'replay') growYoungSpaceAtOnce();
const { run } = await import('./commands/program.js');
await run();
