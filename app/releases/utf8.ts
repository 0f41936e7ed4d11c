/**
 * A text as its bytes: each character stands for one byte of its UTF-8. JSON escapes nothing but ASCII, which is the same
 * in both, so texts go from the database into files without being decoded and encoded again for every file they stand in.
 */
export type Utf8 = string;

export const decode = (text: Utf8): string => (/[\x80-\xff]/.test(text) ? Buffer.from(text, "latin1").toString() : text);

export const bytesOf = (text: Utf8): Uint8Array => Buffer.from(text, "latin1");
