import { serveCodecs } from '@zarr-audio/workers/serve';
import { type OpusOptions, opus } from './opus';

/** What a pool gives this file as `init`: those options of `opus` that are plain data. */
export interface OpusWorkerInit {
  readonly opus?: {
    /** `auto` (the default), `native` or `wasm`. */
    readonly backend?: string;
    /** From the root: the worker's file lies elsewhere than the page. */
    readonly wasmUrl?: string;
    readonly wasmBinary?: OpusOptions['wasmBinary'];
  };
}

// Whoever plans what is decoded here has a decoder of its own, which has warned already.
serveCodecs((init) => [opus({ ...(init as OpusWorkerInit | undefined)?.opus, onWarning: () => undefined })]);
