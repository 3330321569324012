import { enableCompileCache } from 'node:module';

// Only what is loaded from here on is taken from what was compiled before: a thread has nothing of the main one's.
enableCompileCache();
await import('./lane-thread.js');
