import { CodedError } from '@zarr-audio/codec';

/** An Opus stream, a setting of the encoder or a backend that can't be used. The codes are in docs/errors.md. */
export class OpusCodecError extends CodedError {
  override readonly name = 'OpusCodecError';
}

/** An error of a package below as one of ours, with its code; what has no code is not ours to catch. */
export function asCoded(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return new OpusCodecError(error.code, error.message, { ...error }, error);
  }
  throw error;
}

/** An audio stream of a file of ours that another codec has to take. */
export function otherCodec(stream: number, codec: string): OpusCodecError {
  const message = `audio stream ${stream} of the file is ${codec}, not Opus: it can only be decoded and encoded again`;
  return new OpusCodecError('STREAM_OTHER_CODEC', message, { stream, codec });
}
