import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blobSource,
  bytesSource,
  type Codec,
  CodedError,
  createPcm,
  createRegistry,
  errorCode,
  readHead,
  toFloat32,
  toInt16,
} from '../src/index';

describe('toInt16', () => {
  it('leaves 16 bits as they are, the same array', () => {
    const samples = Int16Array.of(-32768, 0, 32767);
    expect(toInt16(samples, 16)).toEqual({ data: samples, clipped: 0 });
    expect(toInt16(samples, 16).data).toBe(samples);
  });

  it('rounds 24 bits to nearest and saturates', () => {
    const { data, clipped } = toInt16(Int32Array.of(-(2 ** 23), 127, 128, 129, -128, -129, 2 ** 23 - 1), 24);
    expect([...data]).toEqual([-32768, 0, 1, 1, 0, -1, 32767]);
    expect(clipped).toBe(1);
  });

  it('scales float by 32768 and counts what is cut off', () => {
    const { data, clipped } = toInt16(Float32Array.of(-1, -1.1, 0.5, 1, 2, Number.NaN), 32);
    expect([...data]).toEqual([-32768, -32768, 16384, 32767, 32767, 0]);
    expect(clipped).toBe(3);
  });

  it('gives back what toFloat32 made of int16', () => {
    fc.assert(
      fc.property(fc.int16Array({ maxLength: 200 }), (samples) => {
        expect(toInt16(toFloat32(samples, 16), 32).data).toEqual(samples);
      }),
    );
  });
});

describe('toFloat32', () => {
  it('takes an integer over its full scale', () => {
    expect([...toFloat32(Int32Array.of(-(2 ** 23), 2 ** 22), 24)]).toEqual([-1, 0.5]);
    const floats = Float32Array.of(0.25);
    expect(toFloat32(floats, 32)).toBe(floats);
  });
});

describe('createPcm', () => {
  it('makes the array of the type', () => {
    expect(createPcm('int16', 3)).toEqual(new Int16Array(3));
    expect(createPcm('int32', 3)).toEqual(new Int32Array(3));
    expect(createPcm('float32', 3)).toEqual(new Float32Array(3));
  });
});

describe('createRegistry', () => {
  const codec = (id: string, first: number) => ({ id, probe: (head: Uint8Array) => head[0] === first }) as Codec;

  it('finds a codec by id and by its bytes, in the order given', async () => {
    const [a, b] = [codec('a', 1), codec('b', 1)];
    const registry = createRegistry([a, b]);
    expect(registry.get('b')).toBe(b);
    const find = (...bytes: number[]) =>
      registry.find(bytesSource('x', Uint8Array.from(bytes)), Uint8Array.from(bytes));
    expect(await find(1)).toBe(a);
    expect(await find(2)).toBeUndefined();
  });

  it('asks those that the first bytes do not tell only where no other is sure', async () => {
    const asked: string[] = [];
    const unsure = (id: string, isMine: boolean) => {
      const search = async () => {
        asked.push(id);
        return isMine;
      };
      return { id, probe: () => undefined, search } as unknown as Codec;
    };
    const source = bytesSource('x', Uint8Array.of(1));
    const [no, yes, sure] = [unsure('no', false), unsure('yes', true), codec('sure', 1)];
    expect(await createRegistry([no, yes, sure]).find(source, Uint8Array.of(1))).toBe(sure);
    expect(asked).toEqual([]);
    expect(await createRegistry([no, yes, sure]).find(source, Uint8Array.of(2))).toBe(yes);
    expect(asked).toEqual(['no', 'yes']);
  });

  it('refuses an unknown id by code, and bad ids by TypeError', () => {
    expect(() => createRegistry([codec('a', 1)]).get('flac')).toThrow(
      expect.objectContaining({ code: 'CODEC_UNKNOWN' }),
    );
    expect(() => createRegistry([codec('a', 1), codec('a', 2)])).toThrow(TypeError);
    expect(() => createRegistry([codec('../x', 1)])).toThrow(TypeError);
  });
});

describe('errors', () => {
  it('carry code, details and cause, and are told by code', () => {
    const cause = new Error('why');
    const error = new CodedError('SOME_CODE', 'what', { byteOffset: 7 }, cause);
    expect(error).toMatchObject({ code: 'SOME_CODE', message: 'what', details: { byteOffset: 7 }, cause });
    expect(errorCode(error)).toBe('SOME_CODE');
    expect(errorCode(new Error('x'))).toBeUndefined();
    expect(errorCode('x')).toBeUndefined();
    expect('cause' in new CodedError('A', 'b')).toBe(false);
  });
});

describe('sources', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);

  it.each([
    ['bytes', bytesSource('a.bin', bytes)],
    ['blob', blobSource(new Blob([bytes]), 'a.bin')],
  ])('%s can be read more than once, and its head', async (_, source) => {
    for (let pass = 0; pass < 2; pass++) {
      const parts: number[] = [];
      for await (const part of source.open()) parts.push(...part);
      expect(parts).toEqual([...bytes]);
    }
    expect(source).toMatchObject({ name: 'a.bin', byteLength: 1000 });
    expect(await readHead(source, 10)).toEqual(bytes.subarray(0, 10));
    expect(await readHead(source, 5000)).toEqual(bytes);
  });

  it('throws the reason of an aborted signal', async () => {
    const reason = new Error('stop');
    await expect(readHead(bytesSource('a', bytes), 5, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(readHead(blobSource(new Blob([bytes])), 5, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
