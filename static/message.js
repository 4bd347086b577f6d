/**
 * A message of the server, read: JSON, and behind it the arrays that it names (`explorer/session/message.py`).
 */

import { tables } from "explorer/columns.js";

const HEAD = 4;
const ALIGNED = 8;
const KINDS = {
  u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i1: Int8Array, i2: Int16Array, i4: Int32Array, f8: Float64Array,
};

/** @param {Uint8Array} bytes @returns {object} */
function read(bytes) {
  // Arrays are read where they lie, which has to be a multiple of their numbers' size.
  const { buffer, byteOffset } = bytes.byteOffset % ALIGNED ? bytes.slice() : bytes;
  const length = new DataView(buffer, byteOffset).getUint32(0, true);
  const start = byteOffset + Math.ceil((HEAD + length) / ALIGNED) * ALIGNED;
  /** Put the arrays where they are named. A reviver of JSON.parse would take ten times as long. */
  const placed = (value) => {
    if (value === null || typeof value !== "object") return value;
    if ("$array" in value) {
      const [kind, offset, count] = value.$array;
      return new KINDS[kind](buffer, start + offset, count);
    }
    for (const key of Object.keys(value)) if (typeof value[key] === "object") value[key] = placed(value[key]);
    return value;
  };
  return placed(JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, byteOffset + HEAD, length))));
}

/**
 * @param {Uint8Array | object} message  as it came; what is no bytes is a message already @returns {any}
 */
export function decode(message) {
  if (!ArrayBuffer.isView(message)) return message;
  const { columns, ...said } = /** @type {any} */ (read(/** @type {Uint8Array} */ (message)));
  return columns ? { ...said, film: { ...said.film, ...tables(columns) } } : said;
}
