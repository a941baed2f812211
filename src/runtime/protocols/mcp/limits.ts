/** Room for what stands around the arguments of a call. */
export const ENVELOPE_BYTES = 16_384;
