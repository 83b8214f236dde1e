import { type OggDamage, OggDemuxer, type OggDemuxerOptions, type OggEvent, type OggPagePackets } from '../src';

/** The events of an input that comes in pieces of `chunkBytes`. */
export function demux(input: Uint8Array, chunkBytes = input.length, options?: OggDemuxerOptions): OggEvent[] {
  return inPieces(input, () => chunkBytes, options);
}

/** The events of an input that comes in pieces, each as long as `length` says next. */
export function inPieces(input: Uint8Array, length: () => number, options?: OggDemuxerOptions): OggEvent[] {
  const demuxer = new OggDemuxer(options);
  const events: OggEvent[] = [];
  for (let at = 0; at < input.length; ) {
    const end = Math.min(input.length, at + length());
    // Every piece has memory of its own: nothing may be read beside it.
    for (const event of demuxer.push(input.slice(at, end))) events.push(event);
    at = end;
  }
  for (const event of demuxer.finish()) events.push(event);
  return events;
}

export function pagesOf(events: readonly OggEvent[]): OggPagePackets[] {
  return events.flatMap((event) => (event.type === 'page' ? [event.packets] : []));
}

export function damagesOf(events: readonly OggEvent[]): OggDamage[] {
  return events.filter((event) => event.type === 'damage');
}

export function codesOf(events: readonly OggEvent[]): string[] {
  return damagesOf(events).map(({ code }) => code);
}

/** All packets, in the order in which they end. */
export function packetsOf(events: readonly OggEvent[], stream?: number): Uint8Array[] {
  return pagesOf(events)
    .filter((packets) => stream === undefined || packets.stream.index === stream)
    .flatMap((packets) => Array.from({ length: packets.count }, (_, i) => packets.packet(i)));
}

/** Everything that an event says, in a form that compares and prints. */
export function plain(event: OggEvent): unknown {
  if (event.type !== 'page') return event;
  const { page, stream, count, unfinished } = event.packets;
  const packets = Array.from({ length: count }, (_, i) => ({
    byteOffset: event.packets.byteOffset(i),
    byteLength: event.packets.byteLength(i),
    spansPages: event.packets.spansPages(i),
    bytes: Buffer.from(event.packets.packet(i)).toString('latin1'),
  }));
  const body = Buffer.from(page.body).toString('latin1');
  return { type: 'page', stream: stream.index, unfinished, packets, page: { ...page, body, lacing: [...page.lacing] } };
}
