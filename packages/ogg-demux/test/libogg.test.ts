import { describe, expect, it } from 'vitest';
import { codesOf, demux, packetsOf } from './demuxed';
import { CASES, OGG_FILES, readFixture } from './fixture-files';
import { type LiboggStream, readLiboggGolden, soundPages, streamSums } from './libogg-view';

const golden = readLiboggGolden();
const FOLDER = 'golden/ogg/cases/';
const DIFFERENT = [
  ...['doubled-one', 'doubled-all', 'doubled-stretch'].map((name) => `${FOLDER}${name}.ogg`),
  ...['eos-early', 'order-reversed', 'continued-flag-missing'].map((name) => `${FOLDER}${name}.ogg`),
  'ogg_mux/multiple-bos.ogg',
];

describe(`as ${golden.tool}`, () => {
  it.each(Object.entries(golden.files))('%s: the same pages', (file, { pages }) => {
    const { places, said } = soundPages(demux(readFixture(file)));
    expect(places).toEqual(pages.map(([byteOffset, byteLength]) => [byteOffset, byteLength]));
    const all = new Map(pages.map((page) => [page[0], page]));
    expect(said).toEqual(said.map(([byteOffset]) => all.get(byteOffset)));
  });

  it.each(Object.entries(golden.files).filter(([file]) => !DIFFERENT.includes(file)))(
    '%s: the same packets',
    (file, { streams }) => {
      expect(streamSums(demux(readFixture(file)))).toEqual(sums(streams));
    },
  );

  it('covers all cases', () => {
    for (const file of [...OGG_FILES, ...CASES]) expect(golden.files).toHaveProperty([file]);
  });
});

describe('not as libogg', () => {
  const speech = sums(golden.files['ogg_opus/speech_8.opus']!.streams);

  it.each(['doubled-one', 'doubled-all', 'doubled-stretch'])('%s: pages that come twice are taken once', (name) => {
    const file = `${FOLDER}${name}.ogg`;
    expect(streamSums(demux(readFixture(file)))).toEqual(speech);
    expect(sums(golden.files[file]!.streams)).not.toEqual(speech);
  });

  it.each(['eos-early', 'order-reversed'])('%s: pages behind EOS are dropped, or kept as the option says', (name) => {
    const file = `${FOLDER}${name}.ogg`;
    const input = readFixture(file);
    const [dropped] = streamSums(demux(input));
    expect(dropped!.packets).toBeLessThan(400);
    expect(streamSums(demux(input, 1000, { afterEos: 'keep' }))).toEqual(sums(golden.files[file]!.streams));
  });

  it('continued-flag-missing: a page that says it goes on with nothing begins a packet', () => {
    const events = demux(readFixture(`${FOLDER}continued-flag-missing.ogg`));
    expect(codesOf(events)).toEqual(['OGG_PACKET_INCOMPLETE']);
    const sound = packetsOf(demux(readFixture(`${FOLDER}continued-three-values-a-page.ogg`)));
    const differing = packetsOf(events).filter((packet, i) => Buffer.compare(packet, sound[i]!) !== 0);
    expect(differing.map(({ length }) => length)).toEqual([20]);
  });

  it('multiple-bos.ogg: the BOS flag on the second page of a stream begins no other', () => {
    const events = demux(readFixture('ogg_mux/multiple-bos.ogg'));
    const all = golden.files['ogg_mux/multiple-bos.ogg']!.streams;
    expect(streamSums(events).slice(0, 2)).toEqual(sums(all).slice(0, 2));
    expect(streamSums(events)[2]!.packets).toBe(all[2]!.packets + all[3]!.packets);
  });
});

function sums(streams: readonly LiboggStream[]): Omit<LiboggStream, 'holes'>[] {
  return streams.map(({ serial, packets, md5 }) => ({ serial, packets, md5 }));
}
