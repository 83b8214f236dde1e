import type { AudioStore } from '../../src/index';
import { bytesOf, sha256 } from './stores';

/** SHA-256 of blob and samples of all recordings, by id. One that can't be read fails. */
export async function contents(store: AudioStore): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const entry of store.entries()) {
    if ('error' in entry) throw entry.error;
    const { blob } = entry.recording;
    const { data } = await entry.recording.read();
    found[entry.id] = `${sha256(await blob.read(0, blob.byteLength))} ${sha256(bytesOf(data))}`;
  }
  return found;
}
