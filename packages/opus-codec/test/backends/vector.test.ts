import { expect, it } from 'vitest';
import { VECTOR_HASH, vectorHash, verifyBackend } from '../../src/backends/vector';
import { VECTOR_PACKETS } from '../../src/backends/vector-data';
import { backendsHere, native, wasm } from './backends-here';
import { changedBackend } from './fake-backends';

it.each(backendsHere)('%s decodes it to the recorded hash', (_, { backend, exact }) => {
  expect(vectorHash(backend)).toBe(VECTOR_HASH);
  expect(verifyBackend(backend)).toBe(true);
  expect(exact).toBe(true);
});

it.skipIf(!native)('native code was built here and is exact', () => {
  expect(native!.backend.library).toBe('@discordjs/opus 0.10.0 (libopus 1.3.1)');
});

it('holds CELT, SILK and hybrid packets, in less than 2 KB', () => {
  const bytes = VECTOR_PACKETS.map(({ packets }) => Buffer.from(packets, 'base64'));
  // RFC 6716 §3.1, table 2: configurations 0-11 are SILK, 12-15 hybrid, 16-31 CELT.
  expect(bytes.map((list) => list[1]! >> 3).map((config) => (config < 12 ? 's' : config < 16 ? 'h' : 'c'))).toEqual([
    'c',
    's',
    'h',
  ]);
  expect(bytes.reduce((sum, list) => sum + list.length, 0)).toBeLessThan(2048);
});

it('one sample that is off by one is found', () => {
  let calls = 0;
  const last = changedBackend(wasm.backend, (output) => {
    // The last call of all: 6 gains over 10 + 3 + 8 packets.
    if (++calls === 6 * 21) output[959]! += 1;
  });
  expect(verifyBackend(last)).toBe(false);
  expect(calls).toBe(6 * 21);
});
