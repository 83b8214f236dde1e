import type { AudioCheck, PcmData, StreamDescription, StreamSummary } from '@zarr-audio/codec';
import { createPcm } from '@zarr-audio/codec';
import { createPacketDecoder } from '../decode/packet-decoder';
import { AudioMd5, md5Text } from './audio-md5';

/** Repairs that leave other samples than the encoder had: of these the MD5 tells nothing. */
const OTHER_SAMPLES: ReadonlySet<string> = new Set([
  ...['FLAC_GAP', 'FLAC_STARTS_LATE', 'FLAC_NUMBER_WRONG', 'FLAC_FORMAT_CHANGED', 'FLAC_TOTAL_WRONG'],
  ...['FLAC_TRUNCATED', 'FLAC_FRAME_DAMAGED', 'REPAIRS_OMITTED'],
]);

/** Compares what the frames of a stream decode to with the MD5 of STREAMINFO; undefined where there is none. */
export function checkAudio(stream: StreamDescription): AudioCheck | undefined {
  const { channels, bitsPerSample, sampleType, attributes } = stream;
  const expected = attributes.audio_md5;
  if (typeof expected !== 'string') return undefined;
  const decoder = createPacketDecoder(stream);
  const md5 = new AudioMd5(bitsPerSample);
  let output: PcmData = createPcm(sampleType, 0);
  return {
    add(packet, samples) {
      const length = samples * channels;
      if (output.length < length) output = createPcm(sampleType, length);
      decoder.decode(packet, output, 0);
      md5.update(output.subarray(0, length) as Int16Array | Int32Array);
    },
    finish({ repairs, trims }: StreamSummary) {
      if (trims.length > 0 || repairs.some(({ code }) => OTHER_SAMPLES.has(code))) return undefined;
      return md5Text(md5.digest()) === expected ? undefined : 'FLAC_MD5_MISMATCH';
    },
  };
}
