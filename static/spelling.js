/** Labels as one line of text, as `explorer/notation/labels.py` spells them: b₁, W⁽¹⁾, w_{i,q}. */

const PLAIN = { sub: "0123456789+-=()aehijklmnoprstuvxβγρφχ−,", sup: "0123456789+-=()abcdefghijklmnoprstuvwxyzT−" };
const SMALL = { sub: "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ₋,", sup: "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ⁻" };
const SIGNS = { sub: "_", sup: "^" };
const SMALLS = Object.fromEntries(Object.entries(PLAIN).map(([script, plain]) =>
  [script, new Map([...plain].map((character, place) => [character, [...SMALL[script]][place]]))]));

/** @param {string} text @param {"" | "sub" | "sup"} script */
function part(text, script) {
  if (!script) return text;
  const small = [...text].map((character) => SMALLS[script].get(character));
  if (small.every((character) => character)) return small.join("");
  return SIGNS[script] + ([...text].length === 1 ? text : `{${text}}`);
}

/** @param {import("explorer/dom.js").Label} label @returns {string} */
export function spelled(label) {
  return label.map(([text, script]) => part(text, script)).join("");
}
