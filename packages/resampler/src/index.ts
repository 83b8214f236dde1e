export * from './errors';
export * from './pcm';
export { resample, resampledFrames } from './resample';
