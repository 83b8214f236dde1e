import { blobSource, createRegistry } from '@zarr-audio/codec';
import { flac } from '@zarr-audio/flac-codec';
import { opus } from '@zarr-audio/opus-codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import wasmPath from 'opusscript/build/opusscript_native_wasm.wasm?url';
import { httpStorage, memoryStorage, openOrCreateStore, openRecording } from 'zarr-audio';
import { show } from './show.js';

const codecs = createRegistry([opus({ wasmUrl: new URL(wasmPath, location.href).href }), flac()]);

// A recording of a store on a web server, by its id: some requests, for as many bytes as the range needs.
const storage = httpStorage(new URL('recordings.zarr/', location.href));
const recording = await openRecording(storage, '6d694345888f9566', { codecs });
show(recording, await recording.read({ start: 0, end: recording.totalSamples, dtype: 'float32' }));

// A file that is dropped on the page goes into a store in memory.
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', async (event) => {
  event.preventDefault();
  const store = await openOrCreateStore(memoryStorage(), { codecs });
  const [result] = await store.import(blobSource(event.dataTransfer.files[0]), { inputs: [wavInput()], resample });
  if (result.status === 'failed') throw result.error;
  const dropped = await store.open(result.id);
  const end = Math.min(dropped.totalSamples, 60 * dropped.description.sampleRate);
  show(dropped, await dropped.read({ start: 0, end, dtype: 'float32' }));
});
