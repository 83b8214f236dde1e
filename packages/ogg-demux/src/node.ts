export { OggDemuxStream, type OggDemuxStreamOptions } from './demux-stream';
