import { expect, it } from 'vitest';
import * as api from '../src';
import * as node from '../src/node';

it('exports these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'OggDemuxError',
    'OggDemuxer',
    'isOgg',
    'readOgg',
    'readOggPackets',
    'stripPageHeaders',
  ]);
  expect(Object.keys(node)).toEqual(['OggDemuxStream']);
});
