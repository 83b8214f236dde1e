import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeOggPage } from '../src';
import { demux, pagesOf } from './demuxed';

const fixtures = new URL('../../../fixtures/', import.meta.url);

describe('pages of other programs, written again', () => {
  it.each(['ogg_opus/chain.opus', 'ogg_opus/ogg.opus.255.source.ogg', 'ogg_opus/gopus_output.opus', 'ogg_mux/A4.ogv'])(
    '%s: the same bytes',
    (file) => {
      const input = readFileSync(new URL(file, fixtures));
      const pages = pagesOf(demux(input)).map(({ page }) => encodeOggPage(page));
      expect(Buffer.concat(pages).equals(input)).toBe(true);
    },
  );
});
