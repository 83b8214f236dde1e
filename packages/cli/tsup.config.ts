import { preset } from '../../tsup.preset';

export default preset({ 'zarr-audio': 'src/zarr-audio.ts' }, { dts: false });
