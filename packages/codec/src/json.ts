/** What JSON can express. Attributes of a store and options of an encoder are of this type. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };
