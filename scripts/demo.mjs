// npm run demo: the main job, on real recordings, without ffmpeg.
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import './setup.mjs';
import { root } from './toolchain.mjs';

const load = (folder, entry = 'index') => import(`../packages/${folder}/dist/${entry}.js`);
const { createRegistry } = await load('codec');
const { opus } = await load('opus-codec');
const { wavInput } = await load('wav');
const { resample } = await load('resampler');
const { openOrCreateStore } = await load('zarr-audio');
const { fileSource, fileStorage } = await load('zarr-audio', 'node');

const say = (text = '') => console.log(text);
const storePath = join(root, 'demo.zarr');
rmSync(storePath, { recursive: true, force: true });

// The set-up has warned already where there is no native decoder.
const codecs = createRegistry([opus({ onWarning: () => undefined })]);
const store = await openOrCreateStore(await fileStorage(storePath, { create: true }), { codecs });

say('\n1. Import: a wildlife recording (WAV, 15 s at 32 kHz) becomes Opus, an Ogg Opus file is kept byte for byte\n');
for (const path of ['fixtures/wildlife/20210201_210100T.WAV', 'fixtures/ogg_opus/ogg.opus']) {
  const source = await fileSource(join(root, path));
  const from = performance.now();
  const results = await store.import(source, { inputs: [wavInput()], resample });
  const ms = (performance.now() - from).toFixed(0);
  for (const { id, status } of results) {
    const { source, blobBytes } = (await store.open(id)).info;
    say(`   ${basename(path)}: ${source.bytes} bytes -> ${blobBytes} bytes of Opus (${status} as ${id}, ${ms} ms)`);
  }
}

say('\n2. List\n');
const recordings = [];
for await (const { recording } of store.entries()) {
  const { id, channels, totalSamples, packets, seekPoints, verbatim, source } = recording.info;
  recordings.push(recording);
  const kept = verbatim ? 'kept as it was' : 'encoded';
  say(
    `   ${id}  ${channels} ch  ${(totalSamples / 48000).toFixed(3)} s  ${packets} packets, ${seekPoints} seek points, ${kept}  ${source.file}`,
  );
}

say('\n3. Read one second from the middle, with the native and with the WASM decoder\n');
let same = true;
for (const recording of recordings) {
  const start = Math.floor(recording.totalSamples / 2);
  const range = { start, end: start + 48_000 };
  const blocks = {};
  for (const decoder of ['native', 'wasm']) {
    try {
      await recording.read({ ...range, decoder }); // loads the decoder and warms it up
    } catch (error) {
      if (error.code !== 'OPUS_BACKEND_MISSING') throw error;
      say(`   ${recording.id}  ${decoder.padEnd(6)}  not available here`);
      continue;
    }
    const from = performance.now();
    blocks[decoder] = await recording.read({ ...range, decoder });
    const ms = (performance.now() - from).toFixed(1);
    say(
      `   ${recording.id}  ${decoder.padEnd(6)}  samples [${range.start}, ${range.end})  ${ms} ms  difference from a sequential decode: ${blocks[decoder].maxDiff}`,
    );
  }
  const whole = await recording.read({ decoder: 'wasm' });
  const { channels } = recording.description;
  const cut = whole.data.subarray(range.start * channels, range.end * channels);
  const equal = (block) =>
    !block || Buffer.compare(Buffer.from(block.data.buffer), Buffer.from(cut.slice().buffer)) === 0;
  const agree = equal(blocks.native) && equal(blocks.wasm);
  same &&= agree;
  const both = blocks.native ? 'native = WASM = ' : 'WASM = ';
  say(
    `   ${recording.id}  ${agree ? `${both}the whole recording, decoded and cut: the same bits` : 'THE DECODERS DIFFER'}`,
  );
}

const [first] = recordings;
const cli = 'node packages/cli/dist/zarr-audio.js';
say(`
Next, try:
   ${cli} info demo.zarr ${first.id.slice(0, 4)}
   ${cli} read demo.zarr ${first.id.slice(0, 4)} --start 48000 --end 96000 -o demo.wav
   ${cli} import demo.zarr <your files>
   ${cli} help
`);
process.exitCode = same ? 0 : 1;
