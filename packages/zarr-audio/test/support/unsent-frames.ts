import { readFileSync } from 'node:fs';
import { bytesSource } from '@zarr-audio/codec';
import { OggPacketMuxer } from '@zarr-audio/ogg-mux';
import { encodeOpusHead, encodeOpusTags } from '@zarr-audio/opus-parser';
import { fixtures } from './corpus';
import { codecs } from './stores';

/** Speech of 20 s by SILK. */
const SPEECH = 'ogg_opus/opus_osce_female_ref_6kbs.ogg';
/** Of so many packets the last ones are not sent: their first byte alone is there (RFC 6716 §3.1, a frame of no bytes). */
const EVERY = 40;
const UNSENT = 9;

/**
 * An Ogg Opus file of speech with pauses that its encoder did not send. Decoders of different versions fill them in different
 * ways: docs/format.md, known limit.
 */
export async function speechWithUnsentFrames(): Promise<Uint8Array> {
  const bytes = new Uint8Array(readFileSync(fixtures + SPEECH));
  const head = encodeOpusHead({
    version: 1,
    channels: 1,
    preSkip: 312,
    inputSampleRate: 16_000,
    outputGainQ8: 0,
    mappingFamily: 0,
    streamCount: 1,
    coupledCount: 0,
    channelMapping: [0],
  });
  const muxer = new OggPacketMuxer({ serial: 1 });
  const pages = [...muxer.header(head), ...muxer.header(encodeOpusTags({ vendor: 'test', comments: [] }))];
  let number = 0;
  for await (const { bytePosition, byteLength, samples } of codecs.get('opus').packets(bytesSource(SPEECH, bytes))) {
    const isSent = number++ % EVERY < EVERY - UNSENT;
    const packet = bytes.subarray(bytePosition, bytePosition + (isSent ? byteLength : 1));
    pages.push(...muxer.add(packet, samples));
  }
  pages.push(...muxer.finish());
  return Buffer.concat(pages.map((page) => page.bytes));
}
