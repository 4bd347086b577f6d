/**
 * Makes one element equal to another, keeping every child that is still right. So a picture that is recomputed while a
 * hand drags a number does not flicker, keeps its focus and its scroll position, and what points at a cell stays valid.
 *
 * Listeners must sit on an ancestor that is never morphed: nodes taken over from `fresh` come as they are.
 */

/** Elements whose looks are not in their attributes. */
const OPAQUE = new Set(["canvas", "select"]);

/** @param {Node} old @param {Node} fresh @returns {boolean} whether `old` can become `fresh` */
function alike(old, fresh) {
  return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && !OPAQUE.has(old.nodeName.toLowerCase());
}

/** @param {Element} old @param {Element} fresh */
function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

/**
 * @param {Element} old  becomes like `fresh`
 * @param {Element} fresh  is emptied of what is taken over from it
 */
export function morph(old, fresh) {
  morphAttributes(old, fresh);
  const wanted = [...fresh.childNodes];
  wanted.forEach((child, place) => {
    const present = old.childNodes[place];
    if (!present) old.append(child);
    else if (!alike(present, child)) present.replaceWith(child);
    else if (child instanceof Element) morph(/** @type {Element} */ (present), child);
    else if (present.nodeValue !== child.nodeValue) present.nodeValue = child.nodeValue;
  });
  while (old.childNodes.length > wanted.length) old.lastChild?.remove();
}
