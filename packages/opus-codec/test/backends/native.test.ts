import { afterEach, expect, it, vi } from 'vitest';
import { nativeLoader } from '../../src/backends/native';

/** `require` that finds the files named in `modules` and no others. */
function stubRequire(modules: Record<string, unknown>): void {
  const require = (specifier: string) => {
    if (specifier in modules) return modules[specifier];
    throw new Error(`Cannot find module '${specifier}'`);
  };
  vi.stubGlobal('process', { version: 'v99.0.0', getBuiltinModule: () => ({ createRequire: () => require }) });
}

afterEach(() => vi.unstubAllGlobals());

it('says how to get the package, where it is not installed', async () => {
  stubRequire({});
  const error = await nativeLoader.load().catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ message: expect.stringContaining("'npm install' or 'pnpm install --force'") });
  expect((error as Error).cause).toMatchObject({ message: "Cannot find module '@discordjs/opus/package.json'" });
});

it('says how to build it, where there is no binary for this Node', async () => {
  stubRequire({ '@discordjs/opus/package.json': { version: '0.10.0' } });
  await expect(nativeLoader.load()).rejects.toThrow(
    "not built for Node v99.0.0 here; 'npm rebuild @discordjs/opus' or 'pnpm install --force' tries again",
  );
});

it('says that it needs Node, in a browser', async () => {
  vi.stubGlobal('process', undefined);
  const rejected = nativeLoader.load();
  vi.unstubAllGlobals();
  await expect(rejected).rejects.toThrow('native code needs Node.js');
});

it('names the version that is installed', async () => {
  stubRequire({ '@discordjs/opus/package.json': { version: '0.11.0' }, '@discordjs/opus': { OpusEncoder: class {} } });
  expect((await nativeLoader.load()).library).toContain('@discordjs/opus 0.11.0');
});
