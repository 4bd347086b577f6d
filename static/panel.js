/** The page inside a Panel component: its messages go over the component's model, the server draws its plots. */

import { dress } from "explorer/dress.js";
import { mount } from "explorer/main.js";
import { createPlots } from "explorer/plots.js";

/**
 * @param {any} model  Panel's, with a child for each plot
 * @param {HTMLElement} el
 * @param {AbortSignal} signal  ends the page
 * @param {{styles: string, faces: import("explorer/dress.js").Face[]}} look
 */
export function show(model, el, signal, look) {
  dress(/** @type {ShadowRoot} */ (el.getRootNode()), look).then(() => {
    if (signal.aborted) return;
    const plots = createPlots(model, el, ["losses", "timings"], signal);
    // Bokeh refuses keys whose value is undefined; JSON leaves them out.
    const send = (message) => model.send_msg(JSON.parse(JSON.stringify(message)));
    const page = mount({ root: el, send, signal, plots });
    model.on("msg:custom", page.receive);
    signal.addEventListener("abort", page.dispose);
  });
}
