/**
 * The page's own words in the reader's language: `t("Next step")`, `t("{n} of {all}", { n, all })`,
 * `tn("{n} sample", "{n} samples", n)`. English is the message itself; a catalogue has the others.
 *
 * Call them where something is drawn, not where a module is read: the language may change.
 */

/** A message's translation, or its plural forms in the order of FORMS. @typedef {Record<string, string | string[]>} Catalogue */

/** As gettext numbers them; languages without a form leave it out. */
const FORMS = ["one", "few", "many", "other"];
/** What the page calls itself in `lang`, where it is not the code. */
const TAGS = { zh: "zh-Hans" };

let spoken = "en";
/** @type {Catalogue} */
let catalogue = {};
let plurals = new Intl.PluralRules("en");
/** @type {string[]} */
let forms = [];

/** @param {string} code @param {Catalogue} messages */
export function speak(code, messages) {
  spoken = code;
  catalogue = messages;
  plurals = new Intl.PluralRules(code);
  // Slavic fractions alone are “other”: a count never is.
  const { pluralCategories } = plurals.resolvedOptions();
  forms = FORMS.filter((form) => pluralCategories.includes(form));
}

/** The code of the language on the page. */
export function language() {
  return spoken;
}

/** The same as browsers and screen readers know it. @param {string} [code] */
export function languageTag(code = spoken) {
  return TAGS[code] ?? code;
}

/** @param {string} text @param {Record<string, string | number>} values */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** @param {string} message @param {Record<string, string | number>} [values] @returns {string} */
export function t(message, values = {}) {
  const translated = catalogue[message];
  return filled(typeof translated === "string" && translated ? translated : message, values);
}

/**
 * A message in which elements stand for fields: `withNodes(t("Entry of {label}"), { label: nodes })`.
 * @param {string} text  translated @param {Record<string, Node | Node[]>} nodes @returns {(Node | string)[]}
 */
export function withNodes(text, nodes) {
  return text.split(/\{(\w+)\}/).flatMap((part, place) => (place % 2 ? nodes[part] : part)).filter((part) => part !== "");
}

/** @param {string} one @param {string} many @param {number} n @param {Record<string, string | number>} [values] @returns {string} */
export function tn(one, many, n, values = {}) {
  const translated = catalogue[one];
  const text = Array.isArray(translated) ? translated[Math.max(0, forms.indexOf(plurals.select(n)))] : undefined;
  return filled(text || (n === 1 ? one : many), { n, ...values });
}
