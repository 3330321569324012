// Jest loads this file without its own transform.
import './typescript-sources.mjs';

export default async function globalSetup() {
  const { startServiceHost } = await import('./service-host.ts');
  const host = await startServiceHost();
  process.env.TOUCHPOINT_TEST_SERVICE_HOST = host.url;
  globalThis.touchpointServiceHost = host;
}
