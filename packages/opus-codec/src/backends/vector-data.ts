export const VECTOR_HASH = '';
export const VECTOR_GAINS_Q8: readonly number[] = [];
export const VECTOR_PACKETS: readonly { readonly channels: 1 | 2; readonly packets: string }[] = [];
