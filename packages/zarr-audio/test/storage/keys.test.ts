import { errorCode } from '@zarr-audio/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keySegments, windowsObjection } from '../../src/storage/keys';

const codeOf = (key: string) => {
  try {
    keySegments(key);
    return 'fine';
  } catch (error) {
    return errorCode(error);
  }
};

describe('a key', () => {
  it('is made of names that lie below the store', () => {
    expect(keySegments('/')).toEqual([]);
    expect(keySegments('/0123456789abcdef/opus_index/c/0/0')).toEqual([
      '0123456789abcdef',
      'opus_index',
      'c',
      '0',
      '0',
    ]);
    // Names like others, all the same.
    for (const name of ['...', '..a', 'a..', '%2e%2e', '~', '-rf', 'ü', 'a b', '*', 'x'.repeat(255)]) {
      expect(keySegments(`/a/${name}`)).toEqual(['a', name]);
    }
  });

  it('with a name that no disk has is refused, and told in part', () => {
    expect(codeOf(`/${'x'.repeat(256)}`)).toBe('STORE_BAD_KEY');
    expect(() => keySegments(`/a/${'x'.repeat(1e6)}`)).toThrow(/^.{200,400}$/);
  });

  it('never leads out of the store, whatever it is made of', () => {
    const part = fc.constantFrom('.', '..', '/', '//', '\\', '\0', 'a', 'C:', '~', '%2e', ' ', '\n');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const key = parts.join('');
        if (codeOf(key) === 'STORE_BAD_KEY') return;
        // As a file system walks them, on any platform.
        const walked = key.slice(1).split(/[/\\]/);
        expect(key.startsWith('/')).toBe(true);
        expect(key.includes('\0')).toBe(false);
        if (key !== '/') expect(walked.filter((name) => ['', '.', '..'].includes(name))).toEqual([]);
      }),
    );
  });
});

describe('on Windows', () => {
  it.each(['con', 'CON', 'Nul.txt', 'aux.tar.gz', 'prn', 'com1', 'COM0.x', 'lpt9', 'com\u00b9', 'conin$', 'CONOUT$'])(
    '%s is a device',
    (name) => expect(windowsObjection(name)).toMatch(/device/),
  );

  it.each(['c:', 'zarr.json:stream', 'a.', 'a ', 'zarr.json.', '...'])('"%s" would be another file', (name) =>
    expect(windowsObjection(name)).toMatch(/colon|dot or a space/),
  );

  it('what a store is made of is fine', () => {
    const names = [
      '.zarr-audio',
      'zarr.json',
      '0.jsonl',
      'audio_data_blob_array',
      'c',
      '0',
      'console',
      'com10',
      'auxiliary',
    ];
    expect(names.map(windowsObjection).filter(Boolean)).toEqual([]);
  });
});
