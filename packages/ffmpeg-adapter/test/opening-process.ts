import { ffmpegInput } from '../src/index';

/** A program that opens a file, and ends by itself in the middle if asked to: `node opening-process.mjs <path> [exit]`. */
const [path = '', how] = process.argv.slice(2);
if (how === 'exit') setTimeout(() => process.exit(0), 1_500);
await ffmpegInput().open({
  name: 'stuck',
  path,
  open: () => {
    throw new Error('ffmpeg reads the file by its path');
  },
});
