export { reorderChannels, vorbisToWavOrder } from './channel-order';
export * from './errors';
export * from './pcm';
export { openWav, wavInput } from './wav-source';
export { encodeWav, encodeWavHeader, encodeWavSamples, type WavOutput, wavTrailer } from './wav-writer';
