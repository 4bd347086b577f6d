/** The least that a test in a browser needs: a list of tests, and assertions that say what they saw. */

const tests = [];

/** @param {string} name @param {() => void | Promise<void>} run */
export function test(name, run) {
  tests.push({ name, run });
}

/** Equal as JSON, with NaN, infinities and undefined told apart. */
export function same(actual, expected, what = "value") {
  const shown = (value) => JSON.stringify(value, (_, part) => (typeof part === "number" && !Number.isFinite(part) || part === undefined
    ? String(part) : part instanceof Float64Array ? [...part] : part));
  if (shown(actual) !== shown(expected)) throw new Error(`${what} is ${shown(actual)}. ${shown(expected)} is expected.`);
}

/** @param {unknown} condition @param {string} what  is expected */
export function ok(condition, what) {
  if (!condition) throw new Error(`${what} is expected.`);
}

/** Wait for something to become true, frame by frame. */
export async function until(condition, what, seconds = 5) {
  const end = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what} is expected within ${seconds} s.`);
    await new Promise(requestAnimationFrame);
  }
}

/** @returns {Promise<string[]>} what failed */
export async function runAll() {
  const failures = [];
  for (const { name, run } of tests) {
    try {
      await run();
    } catch (error) {
      failures.push(`${name}: ${error.stack}`);
    }
    document.getElementById("root").replaceChildren();
  }
  return tests.length ? failures : ["There are no tests."];
}
