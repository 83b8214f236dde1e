import type { JsonObject, JsonValue } from '@zarr-audio/codec';
import { StoreError } from '../errors';

/** One value of a metadata document, which knows where it stands, so that every complaint can say it. */
export class MetadataField {
  readonly #array: string;
  readonly #path: string;
  readonly value: JsonValue | undefined;

  constructor(array: string, path: string, value: JsonValue | undefined) {
    this.#array = array;
    this.#path = path;
    this.value = value;
  }

  bad(why: string): StoreError {
    const shown = JSON.stringify(this.value)?.slice(0, 80) ?? 'missing';
    const field = this.#path === '' ? 'zarr.json' : this.#path;
    return new StoreError('ARRAY_BAD_METADATA', `${this.#array}: ${field} ${why} (it is ${shown})`, {
      array: this.#array,
      field,
    });
  }

  object(): JsonObject {
    const { value } = this;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw this.bad('must be an object');
    return value;
  }

  get(name: string): MetadataField {
    const object = this.object();
    const path = this.#path === '' ? name : `${this.#path}.${name}`;
    return new MetadataField(this.#array, path, Object.hasOwn(object, name) ? object[name] : undefined);
  }

  items(): MetadataField[] {
    if (!Array.isArray(this.value)) throw this.bad('must be a list');
    return this.value.map((value, i) => new MetadataField(this.#array, `${this.#path}[${i}]`, value));
  }

  integer(least: number, most: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.bad(`must be an integer in [${least}, ${most}]`);
    }
    return value;
  }

  oneOf<T extends JsonValue>(...allowed: readonly T[]): T {
    const found = allowed.find((value) => value === this.value);
    if (found === undefined) throw this.bad(`must be ${allowed.map((value) => JSON.stringify(value)).join(' or ')}`);
    return found;
  }

  string(): string {
    if (typeof this.value !== 'string') throw this.bad('must be a string');
    return this.value;
  }
}
