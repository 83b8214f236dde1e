import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { importBatch } from '../src/batch/batch';
import type { StreamOutcome } from '../src/batch/file-importer';
import type { Lane } from '../src/batch/lane';

const files = Array.from({ length: 30 }, (_, i) => ({ path: `${i}.wav`, bytes: 100 + i }));
const failure = (code: string): StreamOutcome[] => [
  { status: 'failed', stream: 0, error: { code, message: code, exit: 1 } },
];

/** Two lanes that give what `outcomeOf` says of a file by its number, each after the same turns of the event loop every time. */
async function run(outcomeOf: (number: number) => StreamOutcome[], signal = new AbortController().signal) {
  const told: string[] = [];
  const hashedFirst: string[] = [];
  let underWay = 0;
  let atOnce = 0;
  const lane: Lane = {
    async import(path, { hashFirst }) {
      atOnce = Math.max(atOnce, ++underWay);
      const number = Number.parseInt(path, 10);
      for (let turn = (number * 7) % 5; turn >= 0; turn--) await setImmediate();
      underWay--;
      if (hashFirst) hashedFirst.push(path);
      return outcomeOf(number);
    },
    close: async () => undefined,
  };
  await importBatch(files, [lane, lane], {
    knownSizes: new Set([103, 117]),
    signal,
    onFile: async ({ path }) => void told.push(path),
    onRead: () => undefined,
    onBegin: () => undefined,
    onEnd: () => undefined,
  });
  return { told, hashedFirst, atOnce };
}

describe('a batch', () => {
  it('is told of in the order of the list, whatever is done first, and hashes files of known sizes first', async () => {
    const { told, hashedFirst, atOnce } = await run((number) => (number % 3 === 0 ? failure('OPUS_BAD_HEAD') : []));
    expect(told).toEqual(files.map(({ path }) => path));
    expect(hashedFirst.sort()).toEqual(['17.wav', '3.wav']);
    expect(atOnce).toBe(2);
  });

  it('ends where nothing fits any more, and not where something does', async () => {
    const isFull = (number: number) => number >= 5;
    const full = await run((number) => (isFull(number) ? failure('STORE_FULL') : []));
    // 4 fits and is done after 5; then eight do not fit, while the other lane has one more in hand.
    expect(full.told).toHaveLength(15);
    const nearly = await run((number) => (isFull(number) && number % 6 !== 0 ? failure('STORE_FULL') : []));
    expect(nearly.told).toHaveLength(30);
  });

  it('begins no file after an abort', async () => {
    const controller = new AbortController();
    const { told } = await run((number) => {
      if (number === 4) controller.abort();
      return [];
    }, controller.signal);
    expect(told.length).toBeLessThanOrEqual(7);
  });
});
