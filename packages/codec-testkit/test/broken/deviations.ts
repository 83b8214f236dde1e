import type { ByteSource, Codec, IngestEvent, PacketDecoder, StreamSummary } from '@zarr-audio/codec';
import type { LawName } from '../../src/index';

/** A codec that breaks a law. */
export interface BrokenCodec {
  readonly name: string;
  /** That it breaks. */
  readonly law: LawName;
  /** What fails with it, by nature. */
  readonly also?: readonly LawName[];
  /** It shows in files with holes alone. */
  readonly needsHoles?: boolean;
  make(): Codec;
}

type Encoder = Codec & Required<Pick<Codec, 'planEncoding' | 'encode'>>;

/** A codec of which some parts are others. */
export function deviating(codec: Codec, change: (codec: Encoder) => Partial<Codec>): Codec {
  return { ...codec, ...change(codec as Encoder) };
}

/** Events, each of which may become others. */
export async function* eachEvent(
  events: AsyncIterable<IngestEvent>,
  become: (event: IngestEvent) => IngestEvent | readonly IngestEvent[],
): AsyncGenerator<IngestEvent> {
  for await (const event of events) {
    const others = become(event);
    if (Array.isArray(others)) yield* others as readonly IngestEvent[];
    else yield others as IngestEvent;
  }
}

/** Another summary at the end. */
export const withSummary = (events: AsyncIterable<IngestEvent>, change: (summary: StreamSummary) => StreamSummary) =>
  eachEvent(events, (event) => (event.type === 'end' ? { ...event, summary: change(event.summary) } : event));

/** Decoders with another `decode`; what else they do is up to `change`. */
export const withDecoder = (codec: Codec, change: (decoder: PacketDecoder) => Partial<PacketDecoder>) =>
  deviating(codec, () => ({
    createDecoder: async (stream, options) => {
      const decoder = await codec.createDecoder(stream, options);
      return { ...decoder, ...change(decoder) };
    },
  }));

/** The bytes of a source, through something. */
export function through(
  source: ByteSource,
  change: (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): ByteSource {
  return { ...source, open: (options) => change(source.open(options)) };
}

export async function allBytes(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const bytes of source.open()) parts.push(bytes);
  return new Uint8Array(Buffer.concat(parts));
}
