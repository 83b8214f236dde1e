import { OpusCodecError } from '../errors';
import type { OpusBackend, OpusBackendLoader } from './backend';
import { nativeLoader } from './native';
import { verifyBackend } from './vector';
import { createWasmLoader, type WasmOptions } from './wasm';

/** `auto`, the name of a loader (`native`, `wasm`), or a backend of one's own. */
export type BackendChoice = 'auto' | 'native' | 'wasm' | (string & {}) | OpusBackend;

export interface SelectedBackend {
  readonly backend: OpusBackend;
  /** It decodes the built-in vector to the recorded hash: its samples are those that seek points are measured with. */
  readonly exact: boolean;
}

/**
 * What `auto` passed over.
 *
 * - `OPUS_BACKEND_UNAVAILABLE`: the backend did not load.
 * - `OPUS_BACKEND_INEXACT`: it loaded, and decodes the built-in vector to other samples.
 */
export interface BackendWarning {
  readonly code: 'OPUS_BACKEND_UNAVAILABLE' | 'OPUS_BACKEND_INEXACT';
  readonly backend: string;
  /** Says what to do. */
  readonly message: string;
  readonly cause?: unknown;
}

export interface SelectOptions {
  /** In the order in which `auto` tries them; `defaultLoaders()` if left out. */
  readonly loaders?: readonly OpusBackendLoader[] | undefined;
  /** Told of each backend that is passed over. Without it `console.warn` is, once in the process. */
  readonly onWarning?: ((warning: BackendWarning) => void) | undefined;
}

const plainWasmLoader = createWasmLoader();

/** Native code first, where there is Node; then WASM. Without options the same loaders each time. */
export function defaultLoaders(options: WasmOptions = {}): readonly OpusBackendLoader[] {
  const plain = options.wasmBinary === undefined && options.wasmUrl === undefined;
  const wasm = plain ? plainWasmLoader : createWasmLoader(options);
  return typeof globalThis.process?.versions?.node === 'string' ? [nativeLoader, wasm] : [wasm];
}

/** Loaded and verified once in the process; a failure is forgotten, so that it can be tried again. */
const loading = new WeakMap<OpusBackendLoader, Promise<SelectedBackend>>();
const verified = new WeakMap<OpusBackend, boolean>();
/** What `auto` did not take and does not try again. */
const passedOver = new WeakMap<OpusBackendLoader, BackendWarning>();
const warned = new WeakSet<BackendWarning>();

/**
 * The backend to decode and encode with.
 *
 * `auto` takes the first that loads and decodes the built-in vector to the recorded hash. A name takes that one and an
 * object is taken as it is, whatever it decodes to: see `exact`.
 *
 * @throws {OpusCodecError} `OPUS_BACKEND_MISSING` if the one that was named, or any with `auto`, can't be had. `cause`
 *   says why (an AggregateError, where several were tried).
 * @throws {RangeError} if no loader has that name.
 */
export async function selectBackend(
  choice: BackendChoice = 'auto',
  options: SelectOptions = {},
): Promise<SelectedBackend> {
  if (typeof choice === 'object') return verify(choice);
  const loaders = options.loaders ?? defaultLoaders();
  if (choice === 'auto') return selectFirst(loaders, options.onWarning ?? warnOnce);
  const loader = loaders.find(({ name }) => name === choice);
  if (loader) return load(loader).catch((error: unknown) => fail([unavailable(loader, error)]));
  // Not a wrong name: where there is no Node it is not among the loaders.
  if (choice === nativeLoader.name) return fail([unavailable(nativeLoader, new Error('native code needs Node.js'))]);
  const known = ['auto', ...loaders.map(({ name }) => name)].join(', ');
  throw new RangeError(`no Opus backend '${choice}'; there are: ${known}`);
}

async function selectFirst(
  loaders: readonly OpusBackendLoader[],
  onWarning: (warning: BackendWarning) => void,
): Promise<SelectedBackend> {
  const skipped: [OpusBackendLoader, BackendWarning][] = [];
  for (const loader of loaders) {
    const outcome = passedOver.get(loader) ?? (await attempt(loader));
    if ('code' in outcome) {
      skipped.push([loader, outcome]);
      continue;
    }
    for (const [passed, warning] of skipped) {
      passedOver.set(passed, warning);
      onWarning(warning);
    }
    return outcome;
  }
  return fail(skipped.map(([, warning]) => warning));
}

async function attempt(loader: OpusBackendLoader): Promise<SelectedBackend | BackendWarning> {
  try {
    const selected = await load(loader);
    return selected.exact ? selected : inexact(loader, selected.backend);
  } catch (error) {
    return unavailable(loader, error);
  }
}

function load(loader: OpusBackendLoader): Promise<SelectedBackend> {
  let promise = loading.get(loader);
  if (!promise) {
    promise = loader.load().then(verify);
    loading.set(loader, promise);
    promise.catch(() => loading.delete(loader));
  }
  return promise;
}

function verify(backend: OpusBackend): SelectedBackend {
  let exact = verified.get(backend);
  if (exact === undefined) {
    exact = verifyBackend(backend);
    verified.set(backend, exact);
  }
  return { backend, exact };
}

function unavailable(loader: OpusBackendLoader, cause: unknown): BackendWarning {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `the ${loader.name} Opus backend did not load: ${reason}`;
  return { code: 'OPUS_BACKEND_UNAVAILABLE', backend: loader.name, message, cause };
}

function inexact(loader: OpusBackendLoader, { library }: OpusBackend): BackendWarning {
  return {
    code: 'OPUS_BACKEND_INEXACT',
    backend: loader.name,
    message: `the ${loader.name} Opus backend, ${library}, rounds differently from the recorded samples and is not used`,
  };
}

function fail(warnings: readonly BackendWarning[]): never {
  const causes = warnings.map(({ cause, message }) => cause ?? new Error(message));
  throw new OpusCodecError(
    'OPUS_BACKEND_MISSING',
    warnings.map(({ message }) => message).join('; ') || 'no Opus backend was given',
    { backends: warnings.map(({ backend }) => backend) },
    causes.length > 1 ? new AggregateError(causes, 'no Opus backend loads') : causes[0],
  );
}

function warnOnce(warning: BackendWarning): void {
  if (warned.has(warning)) return;
  warned.add(warning);
  console.warn(`zarr-audio: ${warning.code}: ${warning.message}`);
}
