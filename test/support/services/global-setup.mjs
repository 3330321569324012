import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

// Jest loads this file without its own transform. Node strips the types of a .ts file by itself; what it lacks is that
// sources name each other by the .js file that they compile to.
registerHooks({
  resolve(specifier, context, next) {
    if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
      const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
      if (existsSync(fileURLToPath(source))) return next(source.href, context);
    }
    return next(specifier, context);
  },
});

export default async function globalSetup() {
  const { startServiceHost } = await import('./service-host.ts');
  const host = await startServiceHost();
  process.env.TOUCHPOINT_TEST_SERVICE_HOST = host.url;
  globalThis.touchpointServiceHost = host;
}
