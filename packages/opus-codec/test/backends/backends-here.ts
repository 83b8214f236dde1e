import { type SelectedBackend, selectBackend } from '../../src/backends/select';

/**
 * The backends that this machine has. WASM is everywhere; native code is tested where it was built and is exact, and
 * a test that says so by its name is skipped elsewhere.
 */
export const wasm = await selectBackend('wasm');
const nativeOrNot = await selectBackend('native').catch(() => undefined);
export const native: SelectedBackend | undefined = nativeOrNot?.exact ? nativeOrNot : undefined;
export const backendsHere: readonly [string, SelectedBackend][] = [
  ...(native ? ([['native', native]] as [string, SelectedBackend][]) : []),
  ['wasm', wasm],
];
