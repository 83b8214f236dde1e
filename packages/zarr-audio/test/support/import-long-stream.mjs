// node import-long-stream.mjs <store> <Ogg Opus file> <packets>: imports them over and over, in a process of its own.
// Prints JSON: what it was, and the most memory that the process ever had, in bytes.
import { bytesSource, createRegistry } from '../../../codec/dist/index.js';
import { OggPacketMuxer } from '../../../ogg-mux/dist/index.js';
import { opus } from '../../../opus-codec/dist/index.js';
import { openOrCreateStore } from '../../dist/index.js';
import { fileStorage } from '../../dist/node.js';
import { longStream } from './long-stream.mjs';

const [folder, path, packetCount] = process.argv.slice(2);
const codecs = createRegistry([opus({ onWarning: () => undefined })]);
const parts = { OggPacketMuxer, codec: codecs.get('opus'), bytesSource };
const source = await longStream(parts, path, Number(packetCount));
const store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });
const before = process.resourceUsage().maxRSS * 1024;
const [{ id }] = await store.import(source, { seekPoints: 'grid' });
const { packets, blobBytes, verbatim } = (await store.open(id)).info;
const maxRssBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ id, packets, blobBytes, verbatim, before, maxRssBytes }));
