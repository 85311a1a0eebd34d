// Commands to this page's instance. What is refused is said in the notice, never swallowed.

import {byId} from './dom.js';

let hide;

export function notice(text, forMillis) {
  clearTimeout(hide);
  byId('notice').textContent = text;
  byId('notice').hidden = text === '';
  if (forMillis) hide = setTimeout(() => notice(''), forMillis);
}

export async function send(method, path, body) {
  try {
    const response = await fetch(path, {
      method,
      headers: body && {'Content-Type': 'application/json'},
      body: body && JSON.stringify(body)
    });
    if (response.ok) return true;
    notice(`This instance refused that (${response.status}).`, 5000);
  } catch {
    notice('This instance does not answer.', 5000);
  }
  return false;
}
