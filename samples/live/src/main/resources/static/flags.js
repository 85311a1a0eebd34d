// The feature flags: the entries of a replicated map.

import {byId, clock, element} from './dom.js';
import {send} from './send.js';

const path = name => `/api/flags/${encodeURIComponent(name)}`;

export class Flags {
  constructor() {
    this.items = new Map();
    this.list = byId('flags');
    this.list.dataset.empty = 'No flags yet. Add one:\nevery instance has it at once.';
    byId('add-flag').addEventListener('submit', event => {
      event.preventDefault();
      this.add();
    });
  }

  reset() {
    this.items.clear();
    this.list.replaceChildren();
  }

  async add() {
    const input = byId('flag-name');
    const name = input.value.trim();
    if (!this.items.has(name) && await send('PUT', path(name), {enabled: false})) input.value = '';
  }

  flag({name, flag}) {
    if (!flag) {
      this.items.get(name)?.remove();
      this.items.delete(name);
      return;
    }
    const known = this.items.has(name);
    const item = this.items.get(name) ?? this.insert(name);
    const toggle = item.querySelector('.switch');
    toggle.setAttribute('aria-checked', String(flag.enabled));
    item.querySelector('.by').textContent =
      `${flag.enabled ? 'on' : 'off'} since ${clock(flag.at)}, by ${flag.instance}`;
    if (known) this.flash(item);
  }

  flash(item) {
    item.classList.add('touched');
    setTimeout(() => item.classList.remove('touched'), 900);
  }

  insert(name) {
    const item = element('li');
    item.dataset.flag = name;
    const toggle = element('button', 'switch');
    toggle.type = 'button';
    toggle.setAttribute('role', 'switch');
    toggle.setAttribute('aria-label', name);
    toggle.addEventListener('click', () =>
      send('PUT', path(name), {enabled: toggle.getAttribute('aria-checked') !== 'true'}));
    const text = element('div', 'flag-text');
    text.append(element('span', 'flag', name), element('span', 'by'));
    const remove = element('button', 'remove', '×');
    remove.type = 'button';
    remove.setAttribute('aria-label', `Remove ${name}`);
    remove.addEventListener('click', () => send('DELETE', path(name)));
    item.append(toggle, text, remove);
    this.items.set(name, item);
    const names = [...this.items.keys()].sort();
    const next = this.items.get(names[names.indexOf(name) + 1]);
    this.list.insertBefore(item, next ?? null);
    return item;
  }
}
