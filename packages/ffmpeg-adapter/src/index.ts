export * from './errors';
export { type FfmpegExecutables, type FfmpegLocation, findFfmpeg } from './executables';
export { ffmpegInput } from './ffmpeg-input';
export { type FfmpegOptions, type ProbedFormat, type ProbedStream, type ProbeResult, probe } from './probe';
