#!/usr/bin/env node
import module from 'node:module';
import { fitHeap } from './app/heap.js';
import { endWithStarter, installedNode, runOnInstalledNode } from './app/newer-node.js';

// All but what is imported above is written for this version, and would fail on an older one with whatever that lacks.
const OLDEST = 24;
if (Number.parseInt(process.versions.node) >= OLDEST) await start();
else startOnNewer();

async function start(): Promise<void> {
  endWithStarter();
  // Before anything else is loaded: later it helps little.
  const [, , command] = process.argv;
  if (command === 'replay' || command === 'serve') fitHeap({ answers: command === 'serve' });
  // What was compiled once need not be compiled at the next start; where there is no place to keep it, nothing is kept.
  module.enableCompileCache();
  const { run } = await import('./commands/program.js');
  await run();
}

function startOnNewer(): void {
  const node = installedNode();
  if (node !== null) return runOnInstalledNode(node);
  process.stderr.write(`Touchpoint needs Node ${OLDEST} or newer, and this is ${process.versions.node}.\n`);
  process.exitCode = 2;
}
