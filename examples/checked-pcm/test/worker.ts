// The file of a worker thread: it names the codecs that it has.
import { serveCodecs } from '@zarr-audio/workers/serve';
import { checkedPcm } from 'checked-pcm';

serveCodecs(() => [checkedPcm()]);
