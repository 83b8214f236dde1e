import { preset } from '../../tsup.preset';

export default preset(
  { 'zarr-audio': 'src/zarr-audio.ts', worker: 'src/worker.ts', 'import-worker': 'src/import-worker.ts' },
  { dts: false },
);
