/**
 * Tables of records that came as columns, as they were. `explorer/film/columns.py` says how a column tells its values.
 */

/** @typedef {Record<string, any>} Column */

/**
 * @param {{tables: Record<string, {count: number, column: Column}>, pool: any[]}} told
 * @returns {Record<string, object[]>} the records of each table
 */
export function tables({ tables: columns, pool }) {
  return Object.fromEntries(Object.entries(columns).map(([name, { count, column }]) => [name, values(column, count, pool)]));
}

/** @param {Column} column @param {number} count @param {any[]} pool @returns {any[]} */
function values(column, count, pool) {
  if ("all" in column) return new Array(count).fill(column.all);
  if ("of" in column) return Array.from(column.which, (place) => column.of[place]);
  if ("whole" in column) return Array.from(column.whole);
  if ("from" in column) return summed(column);
  if ("null_or" in column) return values(column.null_or, count, pool).map((number) => (number ? number - 1 : null));
  if ("some" in column) return scattered(column, count, pool);
  if ("tenths" in column) return values(column.tenths, count, pool).map((number) => number / 10);
  if ("floats" in column) return Array.from(column.floats);
  if ("pool" in column) return values(column.pool, count, pool).map((place) => pool[place]);
  if ("records" in column) return records(column, count, pool);
  if ("each" in column) return transposed(column.each.map((one) => values(one, count, pool)), count);
  return lists(values(column.lengths, count, pool), column.items, pool);
}

/** The first number, and the others by their differences. */
function summed({ from, by }) {
  let last = from;
  return [from, ...Array.from(by, (difference) => (last += difference))];
}

/** Values at some places, null at the others. */
function scattered({ some, count: known, at }, count, pool) {
  const made = new Array(count).fill(null);
  const found = values(some, known, pool);
  values(at, known, pool).forEach((place, one) => { made[place] = found[one]; });
  return made;
}

/** Objects from a column for each of their keys. */
function records({ records: told }, count, pool) {
  const keys = Object.keys(told);
  const found = keys.map((key) => values(told[key], count, pool));
  return Array.from({ length: count }, (_, row) => Object.fromEntries(keys.map((key, column) => [key, found[column][row]])));
}

/** Columns side by side: a list for each row. */
function transposed(columns, count) {
  return Array.from({ length: count }, (_, row) => columns.map((column) => column[row]));
}

/** Items one after the other, cut into lists of these lengths. */
function lists(lengths, items, pool) {
  const all = values(items, lengths.reduce((sum, length) => sum + length, 0), pool);
  let end = 0;
  return lengths.map((length) => all.slice(end, (end += length)));
}
