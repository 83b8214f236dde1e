// node import-file.mjs <store> <file>: imports a file, in a process of its own. Prints `begin`, then JSON: what became of
// its streams.
import { createRegistry } from '../../../codec/dist/index.js';
import { opus } from '../../../opus-codec/dist/index.js';
import { resample } from '../../../resampler/dist/index.js';
import { wavInput } from '../../../wav/dist/index.js';
import { openOrCreateStore } from '../../dist/index.js';
import { fileSource, fileStorage } from '../../dist/node.js';

const [folder, path] = process.argv.slice(2);
const codecs = createRegistry([opus({ onWarning: () => undefined })]);
const source = await fileSource(path);
process.stdout.write('begin\n');
const store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });
const results = await store.import(source, { inputs: [wavInput()], resample });
process.stdout.write(JSON.stringify(results.map(({ status, stream, id }) => ({ status, stream, id }))));
