import { dataNumber, DIGITS, formatNumber, readNumber, wholeNumber } from "explorer/format.js";
import { ok, same, test } from "tests/harness.js";

test("four significant digits, a real minus, no trailing zeros", () => {
  for (const [number, text] of [
    [0.5, "0.5"], [1, "1"], [-0.07475640258274256, "−0.07476"], [1.2345e-5, "1.234e−5"], [0, "0"], [-0, "0"],
    [100, "100"], [1234.5678, "1235"], [999999, "1e6"], [123456.7, "123500"], [1e21, "1e21"], [-3e-300, "−3e−300"],
    [0.0001, "0.0001"], [0.00009999, "9.999e−5"], [0.99999, "1"], [9999.96, "10000"], [-1.5, "−1.5"],
  ]) same(formatNumber(number), text, String(number));
});

test("what is no number still has a text", () => {
  same([Number.NaN, Infinity, -Infinity].map((number) => formatNumber(number)), ["NaN", "∞", "−∞"]);
});

test("fewer or more digits, or all of them", () => {
  const number = 0.6801141409797207;
  same(DIGITS.map((digits) => formatNumber(number, digits)), ["0.68", "0.6801", "0.680114", "0.68011414", "0.6801141409797207"]);
  same([0.1, 1 / 3, 1e-7, 123456].map(wholeNumber), ["0.1", "0.3333333333333333", "1e−7", "123456"]);
});

test("the whole number reads back to the very same float", () => {
  let seed = 1;
  for (let round = 0; round < 2000; round += 1) {
    seed = (seed * 48271) % 2147483647;
    const number = (seed / 2147483647 - 0.5) * 10 ** ((seed % 40) - 20);
    same(Number(wholeNumber(number).replaceAll("−", "-")), number);
    same(Number(dataNumber(number)), number);
  }
});

test("shown digits never claim more than was asked for", () => {
  for (let exponent = -12; exponent < 12; exponent += 1) {
    const text = formatNumber(Math.PI * 10 ** exponent, 3).split("e")[0].replace(/^0\.0*/, "").replace(".", "").replace(/0+$/, "");
    ok(text.length <= 3, `three digits in ${text}`);
  }
});

test("NaN and infinities travel as text both ways", () => {
  same(["NaN", "Infinity", "-Infinity", 2, null].map(readNumber), [Number.NaN, Infinity, -Infinity, 2, Number.NaN]);
  same([Number.NaN, -Infinity].map(dataNumber), ["NaN", "-Infinity"]);
});
