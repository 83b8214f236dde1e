import { describe, expect, it } from 'vitest';
import { OggDemuxer, type OggEvent } from '../src';
import { codesOf, demux, packetsOf, pagesOf } from './demuxed';
import { CASES, OGG_FILES, readFixture } from './fixture-files';
import { random } from './mutations';
import { concat, simpleStream } from './ogg-pages';

/** Packets by what they hold, with how many of each there are. */
interface Packets {
  readonly count: number;
  readonly contents: ReadonlySet<string>;
}

const textOf = (packet: Uint8Array): string =>
  Buffer.from(packet.buffer, packet.byteOffset, packet.length).toString('latin1');

function packetsIn(input: Uint8Array): Packets {
  const packets = packetsOf(demux(input)).map(textOf);
  return { count: packets.length, contents: new Set(packets) };
}

/**
 * One byte of `input` is changed: either that is reported, and all packets handed out are packets of the input, or they are
 * all of them.
 */
function checkFlip(input: Uint8Array, at: number, bits: number, sound: Packets): void {
  input[at]! ^= bits;
  const demuxer = new OggDemuxer();
  const events: OggEvent[] = [...demuxer.push(input), ...demuxer.finish()];
  let reported = false;
  let found = 0;
  for (const event of events) {
    if (event.type === 'damage') reported = true;
    if (event.type !== 'page') continue;
    const { packets } = event;
    for (let i = 0; i < packets.count; i++) {
      found++;
      if (sound.contents.has(textOf(packets.packet(i)))) continue;
      expect.fail(`byte ${at} ^ ${bits}: a packet at ${packets.byteOffset(i)} that was not there`);
    }
  }
  if (!reported && found !== sound.count) expect.fail(`byte ${at} ^ ${bits}: ${found} packets, and nothing reported`);
  input[at]! ^= bits;
}

// Loops of their own, without expect(): it takes a while, and they run a hundred thousand times.
describe('one byte changed is reported, or gives the same packets', () => {
  it.each(['ogg_opus/silence.opus', 'ogg_opus/tiny.ogg'])('%s: every byte, to every other value', (file) => {
    const input = readFixture(file);
    const sound = packetsIn(input);
    for (let at = 0; at < input.length; at++) for (let bits = 1; bits < 256; bits++) checkFlip(input, at, bits, sound);
  });

  it.each([
    'ogg_opus/issue_499.opus',
    'ogg_opus/detodos-short.opus',
    'ogg_opus/gobble.opus',
    'ogg_opus/testOPUS_11.opus',
    'golden/ogg/cases/chain-one-serial.ogg',
    'golden/ogg/cases/chain-same-file-three-times.ogg',
  ])('%s: every bit', (file) => {
    const input = readFixture(file);
    const sound = packetsIn(input);
    for (let at = 0; at < input.length; at++) for (let bit = 0; bit < 8; bit++) checkFlip(input, at, 1 << bit, sound);
  });

  it('any file: some bytes, in headers and elsewhere', () => {
    const next = random(4242);
    for (const file of [...OGG_FILES, ...CASES]) {
      const input = readFixture(file);
      if (input.length > 150_000 || file.includes('false-') || codesOf(demux(input)).length > 0) continue;
      const sound = packetsIn(input);
      const pages = pagesOf(demux(input));
      for (let run = 0; run < 8; run++) {
        const page = pages[next(Math.max(1, pages.length))]?.page;
        const inHeader = page ? page.byteOffset + next(page.headerLength) : 0;
        checkFlip(input, run % 2 === 0 ? inHeader : next(input.length), 1 + next(255), sound);
      }
    }
  });

  it('but for a page inside a packet: if the page around it is damaged it counts, as with libogg, and that is reported', () => {
    const input = readFixture('golden/ogg/cases/false-page-in-packet.ogg');
    const sound = packetsIn(input);
    expect(() => checkFlip(input.slice(), 421, 1, sound)).toThrow('was not there');
    const damaged = readFixture('golden/ogg/cases/false-page-in-damaged-page.ogg');
    expect(codesOf(demux(damaged))[0]).toBe('OGG_CRC_MISMATCH');
  });

  it('is what this finds', () => {
    const input = readFixture('ogg_opus/silence.opus');
    const { count } = packetsIn(input);
    expect(count).toBe(8);
    expect(() => checkFlip(input.slice(), 150, 1, { count, contents: new Set() })).toThrow('was not there');
    const bare = concat(simpleStream(2));
    expect(() => checkFlip(bare, 5, 0, { ...packetsIn(bare), count: 3 })).toThrow('nothing reported');
  });
});
