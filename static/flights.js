/**
 * What flies in a step: which pulses, along which ways, when, and what they carry.
 */

import { strokeWidth, TRACK } from "explorer/edges.js";
import { read } from "explorer/film.js";
import { beside, measured } from "explorer/geometry.js";
import { largest } from "explorer/scale.js";

/** @typedef {import("explorer/film.js").Film} Film */
/**
 * @typedef {object} Flight
 * @property {number} edge
 * @property {ReturnType<typeof measured>} path
 * @property {Float64Array} numbers  as they are shown
 * @property {number} columns  how many numbers stand in one row
 * @property {import("explorer/dom.js").Label} label
 * @property {boolean} backward
 * @property {boolean} stops  an exact zero goes half way and no farther
 * @property {number} width
 * @property {number} delay  in ms from the start of the step, as is duration
 * @property {number} duration
 * @property {string} receiver  the node it is on its way to
 */

/** Milliseconds at rate 1. */
export const TRAVEL = 900;
export const STAGGER = 280;

/**
 * The pulses of one step; several start one after the other.
 * @param {Film} film @param {number} step @param {number} rate  of play
 * @param {(edge: number) => [number, number][]} pathOf
 * @returns {Flight[]}
 */
export function flightsOf(film, step, rate, pathOf) {
  const { kind, edges } = film.steps[step - 1];
  const backward = kind !== "forward";
  return edges.map((index, place) => {
    const { source, target, value, contribution, label } = film.edges[index];
    const sender = film.nodes.find(({ name }) => name === source);
    const sent = read(film, backward ? contribution : value);
    const numbers = backward && sender.gradient?.sign === -1 ? sent.map((number) => -number) : sent;
    const magnitude = largest(numbers);
    return {
      edge: index, numbers, backward,
      path: measured(backward ? beside(pathOf(index), TRACK).reverse() : pathOf(index)),
      columns: sender.value.stride,
      label: (backward ? label : sender.value.label) ?? [],
      stops: backward && magnitude === 0,
      width: strokeWidth(magnitude),
      delay: (place * STAGGER) / rate,
      duration: TRAVEL / rate,
      receiver: backward ? source : target,
    };
  });
}

/** @param {Flight} flight @returns {number} when it has arrived, in ms from the start of the step */
export function arrival({ delay, duration }) {
  return delay + duration;
}
