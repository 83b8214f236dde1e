// node reindex-file.mjs <store> <id>: rebuilds an index, in a process of its own, again and again until it is killed. Prints
// `begin` first.
import { createRegistry } from '../../../codec/dist/index.js';
import { opus } from '../../../opus-codec/dist/index.js';
import { openOrCreateStore } from '../../dist/index.js';
import { fileStorage } from '../../dist/node.js';

const [folder, id] = process.argv.slice(2);
const codecs = createRegistry([opus({ onWarning: () => undefined })]);
const store = await openOrCreateStore(await fileStorage(folder), { codecs });
process.stdout.write('begin\n');
for (;;) await store.reindex(id, { seekPoints: 'grid', layout: { chunkRows: 20 } });
