/**
 * The wire format of schema registries: a byte 0, the schema's id as four bytes (big-endian), then the bytes that the
 * schema describes. JSON text never begins with a byte 0, so both kinds of value can stand on one topic.
 */
export const MAGIC = 0;
export const HEADER_BYTES = 5;
/** Registries number schemas from 1, as 32-bit integers. */
const LARGEST_ID = 0x7fff_ffff;

export const isWireFormat = (value: Buffer): boolean => value[0] === MAGIC;

/** The schema that a value in wire format names; null where no schema can have that id. */
export const schemaIdOf = (value: Buffer): number | null => {
  if (value.length < HEADER_BYTES) return null;
  const id = value.readUInt32BE(1);
  return id >= 1 && id <= LARGEST_ID ? id : null;
};

/** The header in front of bytes that this schema describes. */
export const inWireFormat = (id: number, body: Buffer): Buffer => {
  const value = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  value[0] = MAGIC;
  value.writeUInt32BE(id, 1);
  body.copy(value, HEADER_BYTES);
  return value;
};
