// The template tag of all views: htm over Preact, so that no compile step stands between source
// and browser.
import { h } from 'preact';
import htm from 'htm';

/** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */
export const html = htm.bind(h);
