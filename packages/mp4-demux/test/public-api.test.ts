import { expect, it } from 'vitest';
import * as api from '../src';

it('exports these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'Mp4DemuxError',
    'Mp4SampleReader',
    'Mp4Scanner',
    'hasOpusTrack',
    'isMp4',
    'readMp4Samples',
    'scanMp4',
  ]);
});
