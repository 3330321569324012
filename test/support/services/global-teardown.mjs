export default async function globalTeardown() {
  await globalThis.touchpointServiceHost?.stop();
}
