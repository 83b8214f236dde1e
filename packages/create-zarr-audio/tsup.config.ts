import { preset } from '../../tsup.preset';

export default preset({ 'create-zarr-audio': 'src/create-zarr-audio.ts' }, { dts: false });
