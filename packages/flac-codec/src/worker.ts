import { serveCodecs } from '@zarr-audio/workers/serve';
import { flac } from './flac';

serveCodecs(() => [flac()]);
