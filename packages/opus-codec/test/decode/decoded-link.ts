import { createHash } from 'node:crypto';
import type { SelectedBackend } from '../../src/backends/select';
import { createPacketDecoder } from '../../src/decode/packet-decoder';
import type { Link } from './ogg-links';

/** All packets of a link, one after the other, by one decoder: nothing trimmed. */
export function decodeLink(
  { stream, packets }: Pick<Link, 'stream' | 'packets'>,
  selected: SelectedBackend,
): Int16Array {
  const decoder = createPacketDecoder(stream, selected.backend, selected);
  const output = new Int16Array(packets.length * decoder.maxPacketFrames * stream.channels);
  let frames = 0;
  for (const packet of packets) frames += decoder.decode(packet, output, frames * stream.channels);
  decoder.free();
  return output.slice(0, frames * stream.channels);
}

/** Of the samples in little-endian order. */
export function sha256(pcm: Int16Array): string {
  return createHash('sha256')
    .update(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength))
    .digest('hex');
}
