/** What is used of libflacjs: `libflacjs/dist/libflac.js`, the asm.js build, for its WASM build can't be loaded by Node >= 18. */
export interface LibFlac {
  isReady(): boolean;
  onready: (() => void) | undefined;
  create_libflac_encoder(
    sampleRate: number,
    channels: number,
    bitsPerSample: number,
    compressionLevel: number,
    totalSamples: number,
    isVerify: boolean,
    blockSize: number,
  ): number;
  /** `samples` is 0 for metadata, else `data` is a frame. @returns 0 if all is well */
  init_encoder_stream(
    encoder: number,
    write: (data: Uint8Array, byteLength: number, samples: number, frame: number) => void,
  ): number;
  FLAC__stream_encoder_process_interleaved(encoder: number, samples: Int32Array, frames: number): boolean;
  FLAC__stream_encoder_finish(encoder: number): boolean;
  FLAC__stream_encoder_delete(encoder: number): void;
}

/** Name and version, for reports. */
export const LIBRARY = 'libflacjs 5.6.0';

let loading: Promise<LibFlac> | undefined;

/** Loads it with the first use: it is 1 MB. */
export function loadLibFlac(): Promise<LibFlac> {
  loading ??= load();
  return loading;
}

async function load(): Promise<LibFlac> {
  // Its own types know neither a default export nor streams without metadata.
  const { default: library } = (await import('libflacjs/dist/libflac.js')) as unknown as { default: LibFlac };
  if (!library.isReady()) await new Promise<void>((resolve) => void (library.onready = resolve));
  return library;
}
