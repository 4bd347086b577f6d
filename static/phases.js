/** The phases of a pass in words. */

import { t } from "explorer/language.js";

/** @typedef {import("explorer/film.js").FilmStep["phase"] | "idle"} Phase */

/** @param {Phase} phase @returns {string} */
export function phaseName(phase) {
  return { idle: t("Start"), forward: t("Forward"), loss: t("Loss"), backward: t("Backward"), update: t("Update") }[phase];
}

/** Where a step stands in its phase. @param {{phase: Phase, at: number, of: number}} place  as `placeInPhase` tells it @returns {string} */
export function phasePlace({ phase, at, of: all }) {
  return {
    forward: () => t("Forward {at} of {all}", { at, all }),
    loss: () => t("Loss {at} of {all}", { at, all }),
    backward: () => t("Backward {at} of {all}", { at, all }),
    update: () => t("Update {at} of {all}", { at, all }),
  }[phase]();
}
