import { afterEach, describe, expect, it, vi } from 'vitest';
import { type BackendWarning, defaultLoaders, selectBackend } from '../../src/backends/select';
import { native, wasm } from './backends-here';
import { changedBackend, loaderOf } from './fake-backends';

const good = () => ({ ...wasm.backend });
const inexact = () => changedBackend(wasm.backend, (output, at) => (output[at]! ^= 1));
const broken = () => new Error('no binary here');

afterEach(() => vi.restoreAllMocks());

describe('auto', () => {
  it('takes the first that is exact, and loads no other', async () => {
    const [first, second] = [loaderOf('one', good()), loaderOf('two', good())];
    const warnings: BackendWarning[] = [];
    const { backend, exact } = await selectBackend('auto', {
      loaders: [first, second],
      onWarning: (warning) => warnings.push(warning),
    });
    expect(exact).toBe(true);
    expect(backend).toBe(await first.load());
    expect(second.loads).toBe(0);
    expect(warnings).toEqual([]);
  });

  it('passes over one that does not load and one that is not exact, says so, and tries them once', async () => {
    const last = good();
    const error = broken();
    const loaders = [loaderOf('native', error), loaderOf('other', inexact()), loaderOf('wasm', last)];
    const warnings: BackendWarning[] = [];
    const onWarning = (warning: BackendWarning) => warnings.push(warning);
    expect((await selectBackend('auto', { loaders, onWarning })).backend).toBe(last);
    expect(warnings.map(({ code, backend }) => [code, backend])).toEqual([
      ['OPUS_BACKEND_UNAVAILABLE', 'native'],
      ['OPUS_BACKEND_INEXACT', 'other'],
    ]);
    expect(warnings[0]!.message).toBe('the native Opus backend did not load: no binary here');
    expect(warnings[0]!.cause).toBe(error);
    expect(warnings[1]!.message).toContain('changed 1.0.0');
    expect((await selectBackend('auto', { loaders, onWarning })).backend).toBe(last);
    expect(loaders.map(({ loads }) => loads)).toEqual([1, 1, 1]);
  });

  it('warns on the console, once, if nobody listens', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const loaders = [loaderOf('native', broken()), loaderOf('wasm', good())];
    await selectBackend('auto', { loaders });
    await selectBackend('auto', { loaders });
    await selectBackend(undefined, { loaders });
    expect(warn.mock.calls).toEqual([
      ['zarr-audio: OPUS_BACKEND_UNAVAILABLE: the native Opus backend did not load: no binary here'],
    ]);
  });

  it('OPUS_BACKEND_MISSING if there is none, with all the reasons', async () => {
    const error = broken();
    const loaders = [loaderOf('one', error), loaderOf('two', inexact())];
    const rejected = await selectBackend('auto', { loaders }).catch((thrown: unknown) => thrown);
    expect(rejected).toMatchObject({ code: 'OPUS_BACKEND_MISSING', details: { backends: ['one', 'two'] } });
    const { cause } = rejected as { cause: AggregateError };
    expect(cause.errors).toHaveLength(2);
    expect(cause.errors[0]).toBe(error);
    await expect(selectBackend('auto', { loaders: [] })).rejects.toMatchObject({ code: 'OPUS_BACKEND_MISSING' });
  });

  it('tries again what was missing when there was none', async () => {
    let online = false;
    const backend = good();
    const loader = { name: 'wasm', load: async () => (online ? backend : Promise.reject(broken())) };
    await expect(selectBackend('auto', { loaders: [loader] })).rejects.toMatchObject({ code: 'OPUS_BACKEND_MISSING' });
    online = true;
    expect((await selectBackend('auto', { loaders: [loader] })).backend).toBe(backend);
  });
});

describe('a backend that is named', () => {
  it('OPUS_BACKEND_MISSING with its cause', async () => {
    const error = broken();
    const loaders = [loaderOf('native', error), loaderOf('wasm', good())];
    await expect(selectBackend('native', { loaders })).rejects.toMatchObject({
      code: 'OPUS_BACKEND_MISSING',
      message: 'the native Opus backend did not load: no binary here',
      cause: error,
    });
  });

  it('OPUS_BACKEND_MISSING for native code where there is no Node', async () => {
    const rejected = selectBackend('native', { loaders: [loaderOf('wasm', good())] });
    await expect(rejected).rejects.toMatchObject({ code: 'OPUS_BACKEND_MISSING' });
    await expect(rejected).rejects.toThrow('needs Node.js');
  });

  it('is taken though it is not exact', async () => {
    const backend = inexact();
    const loaders = [loaderOf('native', backend)];
    expect(await selectBackend('native', { loaders })).toEqual({ backend, exact: false });
  });

  it('RangeError for a name that there is not', async () => {
    await expect(selectBackend('sox')).rejects.toThrow(RangeError);
    await expect(selectBackend('sox')).rejects.toThrow('auto, native, wasm');
  });

  it('is loaded once, also by calls at the same time', async () => {
    const loader = loaderOf('wasm', good());
    const options = { loaders: [loader] };
    const all = await Promise.all([selectBackend('wasm', options), selectBackend('wasm', options)]);
    expect(all[0].backend).toBe(all[1].backend);
    expect(loader.loads).toBe(1);
  });
});

describe('a backend object', () => {
  it('is taken as it is', async () => {
    const [exact, other] = [good(), inexact()];
    expect(await selectBackend(exact)).toEqual({ backend: exact, exact: true });
    expect(await selectBackend(other)).toEqual({ backend: other, exact: false });
  });

  it('throws what it throws', async () => {
    const createDecoder = () => {
      throw new Error('out of order');
    };
    await expect(selectBackend({ name: 'x', library: 'x', createDecoder })).rejects.toThrow('out of order');
  });
});

describe('defaultLoaders', () => {
  it('are native code and WASM in Node, the same ones each time', () => {
    expect(defaultLoaders().map(({ name }) => name)).toEqual(['native', 'wasm']);
    expect(defaultLoaders()[1]).toBe(defaultLoaders({})[1]);
    expect(defaultLoaders({ wasmUrl: 'x.wasm' })[1]).not.toBe(defaultLoaders()[1]);
  });

  it('are WASM alone where there is no Node', () => {
    vi.stubGlobal('process', undefined);
    const names = defaultLoaders().map(({ name }) => name);
    vi.unstubAllGlobals();
    expect(names).toEqual(['wasm']);
  });

  it.skipIf(!native)('the same backend comes for auto and for its name', async () => {
    expect((await selectBackend('auto')).backend).toBe(native!.backend);
  });
});
