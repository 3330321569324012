import { registerHooks } from 'node:module';

// A worker for tests names the product's parts where their types are, in src, and runs those that were built.
registerHooks({
  resolve: (specifier, context, next) => next(context.parentURL?.endsWith('/test/faults/worker.ts') ? specifier.replace('/src/', '/dist/') : specifier, context),
});
