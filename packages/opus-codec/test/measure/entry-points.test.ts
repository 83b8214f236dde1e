import { encodeOpusTags } from '@zarr-audio/opus-parser';
import { describe, expect, it } from 'vitest';
import { candidateSamples } from '../../src/measure/entry-points';

const tags = (value: string, key = 'ZARR_AUDIO_ENTRIES') => encodeOpusTags({ vendor: 'v', comments: [{ key, value }] });

describe('candidateSamples', () => {
  it('is what a stream of ours says', () => {
    expect(candidateSamples(tags('9600'))).toBe(9600);
    expect(candidateSamples(tags('12000', 'zarr_audio_entries'))).toBe(12_000);
  });

  it('is 0.5 s for any other', () => {
    expect(candidateSamples(undefined)).toBe(24_000);
    expect(candidateSamples(tags('9600', 'OTHER'))).toBe(24_000);
    expect(candidateSamples(new Uint8Array(3))).toBe(24_000);
    for (const value of ['', '-9600', '9.6', 'NaN', '1e4', '960000000'])
      expect(candidateSamples(tags(value))).toBe(24_000);
  });

  it('lets no stream ask for more work than ours does', () => {
    expect(candidateSamples(tags('1000'))).toBe(9600);
    expect(candidateSamples(tags('99999'))).toBe(24_000);
  });
});
