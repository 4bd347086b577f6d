/** The page inside a Panel component: its messages go over the component's model, the server draws its plots. */

import { takeKept, watchConnection } from "explorer/connection.js";
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
    const kept = model.alone ? takeKept() : undefined;
    // Bokeh refuses keys whose value is undefined; JSON leaves them out. What nobody would hear, it complains about.
    const send = (message) => { if (!connection?.lost()) model.send_msg(JSON.parse(JSON.stringify(message))); };
    const get_child = (name) => model.get_child(name);
    const plots = createPlots({ get_child, on: model.on, send_msg: send }, el, ["losses", "timings"], signal);
    /** @type {ReturnType<typeof watchConnection> | undefined} */
    let connection;
    const page = mount({ root: el, send, signal, plots, held: kept?.held, address: Boolean(model.script) });
    connection = watchConnection(model, page, kept?.losses ?? 0, signal);
    model.on("msg:custom", page.receive);
    signal.addEventListener("abort", page.dispose);
  });
}
