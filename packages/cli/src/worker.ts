import { serveCodecs } from '@zarr-audio/workers/serve';
import { workerCodecs } from './stores';

serveCodecs(workerCodecs);
