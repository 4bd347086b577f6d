/** A file that the server writes in a process of its own: how far it is, what comes of it, and how it is called off. */

/** @typedef {{wait: () => void, progress: (share: number) => void}} Watcher */
/** @typedef {{kind: string, done?: number, text?: string, reason?: string}} Told  of type "recording" */

/** Milliseconds that the server may take to begin. */
const PATIENCE = 60_000;

/** @param {import("explorer/model.js").Model} model @param {Watcher} watcher */
export function createRecording(model, { wait, progress }) {
  /** @type {((told: Told) => void) | null} */
  let end = null;

  /**
   * @param {object} message  that asks for the file
   * @param {AbortSignal} ending
   * @returns {Promise<{blob: Blob, name: string} | null>}  null where it was called off
   */
  async function write(message, ending) {
    /** @type {Promise<Told>} */
    const told = new Promise((resolve) => { end = resolve; });
    const stop = () => model.send({ type: "recording", action: "cancel" }, { inPlace: true });
    const reply = await model.send(message, { inPlace: true, patience: PATIENCE });
    if (reply.type !== "recording") throw new Error(reply.reason);
    if (ending.aborted) stop();
    else ending.addEventListener("abort", stop);
    const { kind, text, reason } = await told;
    if (kind === "failed") throw new Error(reason);
    return kind === "written" ? { blob: new Blob([text], { type: reply.media }), name: reply.name } : null;
  }

  /** @param {Told} told */
  function receive(told) {
    if (told.kind === "waiting") wait();
    else if (told.kind === "progress") progress(told.done);
    else if (told.kind !== "heard") end?.(told);
  }
  return { write, receive };
}
