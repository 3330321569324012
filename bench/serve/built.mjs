import { registerHooks } from 'node:module';
import '../../test/support/services/typescript-sources.mjs';

// Benchmarks name the product's parts where their types are, in src, and run those that were built.
registerHooks({
  resolve: (specifier, context, next) =>
    next(context.parentURL?.includes('/bench/serve/') ? specifier.replace('../../src/', '../../dist/') : specifier, context),
});
