import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { OggEvent } from '../src';
import { demux, inPieces, plain } from './demuxed';
import { CASES, OGG_FILES, readFixture } from './fixture-files';
import { random } from './mutations';

/** All that the events say, in short: in full it takes long to compare. */
function sumOf(events: readonly OggEvent[]): string {
  const sum = createHash('sha1');
  for (const event of events) {
    sum.update(JSON.stringify(plain(event), (_, value) => (typeof value === 'bigint' ? `${value}n` : value)));
  }
  return sum.digest('hex');
}

describe('the same events whatever the pieces are', () => {
  it.each([...OGG_FILES, ...CASES])('%s', (file) => {
    const input = readFixture(file);
    const next = random(input.length);
    const whole = demux(input);
    const expected = sumOf(whole);
    const ways: Record<string, () => OggEvent[]> = {
      '1000 bytes': () => demux(input, 1000),
      '65,536 bytes': () => demux(input, 65_536),
      'byte by byte': () => demux(input, 1),
      'random pieces, small ones and none': () => inPieces(input, () => next(40)),
      'random pieces': () => inPieces(input, () => next(9000)),
    };
    for (const [way, run] of Object.entries(ways)) {
      const events = run();
      if (sumOf(events) === expected) continue;
      expect(events.map(plain), way).toEqual(whole.map(plain));
      throw new Error(`${way}: not the same events`);
    }
  });
});
