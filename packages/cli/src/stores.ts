import { type Codec, type CodecRegistry, createRegistry } from '@zarr-audio/codec';
import { flac } from '@zarr-audio/flac-codec';
import { type OpusOptions, opus } from '@zarr-audio/opus-codec';
import { type AudioStore, httpStorage, openStore, type ReadableStorage } from 'zarr-audio';
import { fileStorage } from 'zarr-audio/node';
import { UsageError } from './usage';

/**
 * All codecs that the command knows. Opus is the first: it is what other sources are encoded with, if nothing else is asked for.
 *
 * @param framing    Take every file for packets that are framed so.
 * @param onWarning  Told of a decoder that can't be had here; the console, if left out.
 */
export function codecsOf(framing?: OpusOptions['framing'], onWarning?: OpusOptions['onWarning']): CodecRegistry {
  return createRegistry([opus({ ...(framing === undefined ? {} : { framing }), onWarning }), flac()]);
}

/** The same in a thread; whoever started it has warned already. */
export function workerCodecs(): readonly Codec[] {
  return [opus({ onWarning: () => undefined }), flac()];
}

export const isHttp = (store: string) => /^https?:\/\//i.test(store);

/** A folder or an http(s) address. */
export async function storageOf(store: string): Promise<ReadableStorage> {
  if (!isHttp(store)) return fileStorage(store);
  if (!URL.canParse(store)) throw new UsageError(`'${store}' is no address`);
  return httpStorage(store);
}

export async function openStoreAt(store: string): Promise<AudioStore> {
  return openStore(await storageOf(store), { codecs: codecsOf() });
}
