import { expect, it } from 'vitest';
import * as api from '../src';

it('exports these names', () => {
  expect(Object.keys(api).sort()).toEqual(['OggMuxError', 'OggPacketMuxer', 'encodeOggPage', 'lacingValues']);
});
