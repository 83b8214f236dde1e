export * from './errors';
export { type FfmpegExecutables, type FfmpegLocation, findFfmpeg } from './executables';
export { type FfmpegInputOptions, type FfmpegProgress, ffmpegInput } from './ffmpeg-input';
export { type FfmpegOptions, type ProbedFormat, type ProbedStream, type ProbeResult, probe } from './probe';
