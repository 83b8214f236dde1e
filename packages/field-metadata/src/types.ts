/** Where an attribute comes from. */
export type MetadataOrigin =
  | 'opensoundscape'
  | 'guano'
  | 'wamd'
  | 'audiomoth'
  | 'ixml'
  | 'bext'
  | 'bextTimeReference'
  | 'tags'
  | 'fileName'
  | 'originalFileName'
  | 'audio';

export interface Attribute<T> {
  readonly value: T;
  readonly from: MetadataOrigin;
}

/** ISO 8601; without an offset where the source names no zone: then it is the recorder's clock, wherever that was. */
export interface StartTime extends Attribute<string> {
  readonly hasZone: boolean;
}

/** WGS 84, degrees. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** `bound` where a recorder says no more than that the voltage is below or above `volts`. */
export interface Battery {
  readonly volts: number;
  readonly bound?: 'below' | 'above';
}

/** By the recorder's own name or number for it, or in dB. */
export type Gain = { readonly setting: string } | { readonly decibels: number };

export interface Filter {
  readonly kind: 'low-pass' | 'high-pass' | 'band-pass';
  readonly lowHz?: number;
  readonly highHz?: number;
}

export interface Trigger {
  readonly kind: 'amplitude' | 'frequency';
  /** A 16-bit amplitude where there is no unit. */
  readonly threshold?: { readonly value: number; readonly unit?: '%' | 'dB' };
  readonly minimumSeconds?: number;
  readonly centreHz?: number;
  readonly windowSamples?: number;
  readonly lowHz?: number;
  readonly highHz?: number;
}

/** What sources can say, by attribute. Units are in the names, except where types state them. */
export interface Values {
  readonly startTime: string;
  readonly make: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly firmware: string;
  /** The name that its user gave the recorder, or the site. */
  readonly name: string;
  readonly deploymentId: string;
  readonly microphone: string;
  readonly position: Position;
  readonly elevationMetres: number;
  readonly positionAccuracyMetres: number;
  /** In the recorder's housing. */
  readonly temperatureCelsius: number;
  readonly externalTemperatureCelsius: number;
  readonly humidityPercent: number;
  readonly battery: Battery;
  readonly gain: Gain;
  readonly filter: Filter;
  readonly trigger: Trigger;
  /** Of the sound as it was recorded, before any time expansion. */
  readonly sampleRateHz: number;
  readonly timeExpansion: number;
  /** Why the recorder ended before it was meant to. */
  readonly stopReason: string;
  readonly note: string;
}

export type AttributeName = keyof Values;

/** Two or more sources that can't all be right. */
export interface Contradiction {
  readonly field: AttributeName;
  /** What each source says, the one that is believed first; at most 8, and 256 characters of a text. */
  readonly values: readonly Attribute<unknown>[];
}

/** Something that looks like a time, and is not taken for one. */
export interface Refusal {
  readonly field: 'startTime';
  readonly from: MetadataOrigin;
  readonly text: string;
  /** `ambiguous`: it can be read in several ways (day and month). `impossible`: there is no such date, time or zone. */
  readonly reason: 'ambiguous' | 'impossible' | 'unreadable';
}

/** Plain JSON. */
export type FieldMetadata = {
  readonly [K in Exclude<AttributeName, 'startTime'>]?: Attribute<Values[K]>;
} & {
  readonly startTime?: StartTime;
  readonly contradictions: readonly Contradiction[];
  readonly refused: readonly Refusal[];
};

/** A value of a piece's fields. */
export type FieldValue = string | number | readonly number[];
export type Fields = Readonly<Record<string, FieldValue>>;

/** What one source says. */
export interface Statement {
  readonly from: MetadataOrigin;
  readonly values: Partial<Values>;
  readonly refused?: readonly Omit<Refusal, 'from' | 'field'>[];
}
