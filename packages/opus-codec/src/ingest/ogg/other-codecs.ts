/** How the first packets of other audio codecs in Ogg begin, in Latin-1. */
const AUDIO_CODECS: readonly (readonly [magic: string, name: string])[] = [
  ['\x01vorbis', 'Vorbis'],
  ['Speex   ', 'Speex'],
  ['\x7fFLAC', 'FLAC'],
  ['fLaC', 'FLAC'],
  ['PCM     ', 'PCM'],
  ['CELT    ', 'CELT'],
];

/** What audio a logical stream holds, by its first packet; undefined for video, text, Skeleton, and what is not known. */
export function otherOggCodec(firstPacket: Uint8Array): string | undefined {
  const head = String.fromCharCode(...firstPacket.subarray(0, 8));
  return AUDIO_CODECS.find(([magic]) => head.startsWith(magic))?.[1];
}
