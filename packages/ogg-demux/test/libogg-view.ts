import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OggEvent } from '../src';
import { damagesOf, packetsOf, pagesOf } from './demuxed';

/** As fixtures/golden/ogg/libogg.py writes it. */
export interface LiboggFile {
  readonly pages: readonly (readonly [
    byteOffset: number,
    byteLength: number,
    serial: number,
    sequence: number,
    granulePosition: string,
    flags: number,
  ])[];
  readonly streams: readonly LiboggStream[];
}

export interface LiboggStream {
  readonly serial: number;
  readonly packets: number;
  readonly md5: string;
  readonly holes: number;
}

export interface LiboggGolden {
  readonly tool: string;
  readonly files: Readonly<Record<string, LiboggFile>>;
}

export function readLiboggGolden(): LiboggGolden {
  const file = new URL('../../../fixtures/golden/ogg/libogg.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as LiboggGolden;
}

/** The pages that were found, handed out or not: where they lie, and of those handed out what they say. */
export function soundPages(events: readonly OggEvent[]): { places: number[][]; said: LiboggFile['pages'] } {
  const said = pagesOf(events).map(({ page }) => {
    const flags = (page.continued ? 1 : 0) | (page.bos ? 2 : 0) | (page.eos ? 4 : 0);
    return [
      page.byteOffset,
      page.byteLength,
      page.serial,
      page.sequence,
      String(page.granulePosition),
      flags,
    ] satisfies LiboggFile['pages'][number];
  });
  const dropped = ['OGG_UNKNOWN_STREAM', 'OGG_PAGE_AFTER_EOS', 'OGG_TOO_MANY_STREAMS', 'OGG_BAD_VERSION'];
  const others = damagesOf(events)
    .filter(({ code, order }) => dropped.includes(code) || order === 'doubled')
    .map(({ byteOffset, byteLength }) => [byteOffset, byteLength]);
  const places = [...said.map(([byteOffset, byteLength]) => [byteOffset, byteLength]), ...others];
  return { places: places.sort((a, b) => a[0]! - b[0]!), said };
}

/** The packets of each stream, as one sum. */
export function streamSums(events: readonly OggEvent[]): Omit<LiboggStream, 'holes'>[] {
  const streams = events.flatMap((event) => (event.type === 'stream' ? [event.stream] : []));
  return streams.map(({ index, serial }) => {
    const packets = packetsOf(events, index);
    const md5 = createHash('md5');
    const length = Buffer.alloc(4);
    for (const packet of packets) {
      length.writeUInt32LE(packet.length);
      md5.update(length).update(packet);
    }
    return { serial, packets: packets.length, md5: md5.digest('hex') };
  });
}
