import assert from "node:assert/strict";
import { test } from "node:test";
import { HUFFMAN_CODES, slowHuffman } from "../../../test/support/slow-hpack.ts";
import { HpackError } from "./hpack-error.ts";
import { decodeHuffman, huffmanRoom } from "./huffman.ts";

test("every byte is decoded, alone and between others", () => {
  for (let code = 0; code < 256; code++) {
    const char = String.fromCharCode(code);
    for (const text of [char, `0${char}`, `${char}0`, `${char}${char}${char}`, `a~${char}X`]) {
      assert.equal(decode(slowHuffman(text)), text);
    }
  }
});

test("the code is that of RFC 7541 appendix B", () => {
  const some = {
    0: "1111111111000",
    48: "00000",
    58: "1011100",
    33: "1111111000",
    124: "11111111100",
    255: "0x3ffffee",
  };
  for (const [symbol, code] of Object.entries(some)) {
    const bits = code.startsWith("0x") ? BigInt(code).toString(2) : code;
    assert.equal(HUFFMAN_CODES[Number(symbol)], bits);
  }
  assert.equal(HUFFMAN_CODES[256], "1".repeat(30));
  // A code in which every string of bits means something (Kraft's sum is one).
  assert.equal(
    HUFFMAN_CODES.reduce((sum, code) => sum + 2 ** -code.length, 0),
    1,
  );
});

test("nothing at all is an empty string", () => {
  assert.equal(decode([]), "");
});

test("padding is less than a byte of ones", () => {
  assert.equal(decode(bitsOf("00011111")), "a");
  for (const bits of [
    "00011110", // a, and a zero in the padding
    "00011000",
    "0001111111111111", // a, and eleven ones
    "11111111", // only padding, too long
    "1111111111111111",
    `${HUFFMAN_CODES[0x21]}111111`.padEnd(24, "1"), // "!", and fourteen ones
    `00011${HUFFMAN_CODES[0]?.slice(0, 11)}`, // a, and a code of thirteen bits without its last two
    `000${HUFFMAN_CODES[255]?.slice(0, 21)}`,
  ]) {
    assert.throws(() => decode(bitsOf(bits)), HpackError, bits);
  }
});

test("EOS ends no string, wherever it stands", () => {
  const eos = HUFFMAN_CODES[256] ?? "";
  for (const before of ["", "0", "ab", "a~X", "\xff", "\x00\x00"]) {
    for (const after of ["", "0", "zz"]) {
      const codes = (text: string) => [...text].map((char) => HUFFMAN_CODES[char.charCodeAt(0)]).join("");
      const bits = codes(before) + eos + codes(after);
      assert.throws(() => decode(bitsOf(bits.padEnd(Math.ceil(bits.length / 8) * 8, "1"))), HpackError);
    }
  }
});

test("every string of two bytes is either one text's only form or refused", () => {
  let texts = 0;
  for (let number = 0; number < 0x1_0000; number++) {
    const bytes = [number >> 8, number & 0xff];
    let text: string;
    try {
      text = decode(bytes);
    } catch (error) {
      assert.ok(error instanceof HpackError);
      continue;
    }
    assert.deepEqual(slowHuffman(text), bytes);
    texts++;
  }
  assert.ok(texts > 1000, `${texts}`);
});

test("the room for a text is never too small", () => {
  // The shortest codes have five bits.
  assert.equal(decode(slowHuffman("0".repeat(8))), "0".repeat(huffmanRoom(5)));
});

function decode(bytes: readonly number[]): string {
  const out = Buffer.alloc(huffmanRoom(bytes.length));
  // Neither what precedes nor what follows is looked at.
  const within = Uint8Array.of(0x55, ...bytes, 0xff);
  return out.toString("latin1", 0, decodeHuffman(within, 1, bytes.length + 1, out));
}

function bitsOf(bits: string): number[] {
  return (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
}
