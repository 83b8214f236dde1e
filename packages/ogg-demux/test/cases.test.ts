import { describe, expect, it } from 'vitest';
import { codesOf, damagesOf, demux } from './demuxed';
import { CASES, readFixture } from './fixture-files';

const FOLDER = 'golden/ogg/cases/';

/** What is reported of the files that fixtures/golden/ogg/make-cases.mjs made; nothing of those that are not here. */
const DAMAGES: Readonly<Record<string, readonly string[]>> = {
  'bytes-dropped': ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP'],
  'bytes-inserted': ['OGG_CRC_MISMATCH', 'OGG_GARBAGE', 'OGG_SEQUENCE_GAP'],
  'continued-flag-missing': ['OGG_PACKET_INCOMPLETE'],
  'continued-flag-too-many': ['OGG_PACKET_INCOMPLETE'],
  'continued-page-lost': ['OGG_SEQUENCE_GAP', 'OGG_PACKET_INCOMPLETE'],
  'cut-in-body': ['OGG_TRUNCATED_PAGE'],
  'cut-in-header': ['OGG_TRUNCATED_PAGE'],
  'damaged-body': ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP'],
  'damaged-capture': ['OGG_GARBAGE', 'OGG_SEQUENCE_GAP'],
  'damaged-checksum': ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP'],
  'damaged-first': ['OGG_CRC_MISMATCH', ...new Array<string>(12).fill('OGG_UNKNOWN_STREAM')],
  'damaged-flags': ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP'],
  'damaged-granule': ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP'],
  'damaged-lacing': ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP'],
  'damaged-last': ['OGG_CRC_MISMATCH'],
  // It claims more than the input holds, so nothing says where it ends.
  'damaged-segments': ['OGG_GARBAGE', 'OGG_SEQUENCE_GAP'],
  'damaged-sequence': ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP'],
  'damaged-serial': ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP'],
  'damaged-three': ['OGG_CRC_MISMATCH', 'OGG_CRC_MISMATCH', 'OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP'],
  'doubled-all': new Array<string>(13).fill('OGG_SEQUENCE_GAP'),
  'doubled-one': ['OGG_SEQUENCE_GAP'],
  'doubled-stretch': new Array<string>(4).fill('OGG_SEQUENCE_GAP'),
  'empty-page-behind-a-lost-one': ['OGG_SEQUENCE_GAP', 'OGG_PACKET_INCOMPLETE'],
  'eos-early': new Array<string>(4).fill('OGG_PAGE_AFTER_EOS'),
  'false-page-in-damaged-page': ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP', 'OGG_GARBAGE', 'OGG_SEQUENCE_GAP'],
  'false-stranger-in-damaged-page': ['OGG_CRC_MISMATCH', 'OGG_UNKNOWN_STREAM', 'OGG_GARBAGE', 'OGG_SEQUENCE_GAP'],
  'garbage-captures': ['OGG_GARBAGE'],
  'garbage-claim': ['OGG_CRC_MISMATCH'],
  'garbage-first': ['OGG_GARBAGE'],
  'garbage-last': ['OGG_GARBAGE'],
  'garbage-noise': ['OGG_GARBAGE'],
  'garbage-zeros': ['OGG_GARBAGE'],
  'lost-beginning': new Array<string>(10).fill('OGG_UNKNOWN_STREAM'),
  'lost-one': ['OGG_SEQUENCE_GAP'],
  'lost-tags': ['OGG_SEQUENCE_GAP'],
  'lost-three': ['OGG_SEQUENCE_GAP'],
  'order-reversed': ['OGG_SEQUENCE_GAP', ...new Array<string>(10).fill('OGG_PAGE_AFTER_EOS')],
  'order-swapped': ['OGG_SEQUENCE_GAP', 'OGG_SEQUENCE_GAP', 'OGG_SEQUENCE_GAP'],
  'version-1': ['OGG_BAD_VERSION', 'OGG_SEQUENCE_GAP'],
};

describe('damage in files made with it', () => {
  it.each(CASES.map((file) => file.slice(FOLDER.length, -4)))('%s', (name) => {
    const events = demux(readFixture(`${FOLDER}${name}.ogg`));
    expect(codesOf(events)).toEqual(DAMAGES[name] ?? []);
    for (const { byteOffset, byteLength, message } of damagesOf(events)) {
      expect(byteLength).toBeGreaterThanOrEqual(0);
      expect(message).toContain(`at byte ${byteOffset}`);
    }
  });

  it('has no damage of a file that is not there', () => {
    for (const name of Object.keys(DAMAGES)) expect(CASES).toContain(`${FOLDER}${name}.ogg`);
  });
});
