// The template tag of the API's pages, and Markdown as the contract's descriptions use it.
import { h } from 'preact';
import htm from 'htm';
import { marked } from 'marked';

export const html = htm.bind(h);

/** For dangerouslySetInnerHTML; the text is ours. @param {string} text */
export const markdown = text => ({ __html: marked.parse(text, { async: false }) });
