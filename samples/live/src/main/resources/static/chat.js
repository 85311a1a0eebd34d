// The chat: lines of a topic. A line that came before, such as after a reconnect, is not shown twice.

import {byId, clock, element} from './dom.js';
import {send} from './send.js';

const SHOWN = 200;
const REMEMBERED = 2000;
const GRAPES = ['merlot', 'riesling', 'syrah', 'malbec', 'pinot', 'muscat', 'tannat', 'grenache', 'chenin', 'furmint'];
const MOODS = ['curious', 'quiet', 'merry', 'patient', 'bold', 'gentle', 'swift', 'early', 'sunny', 'noble'];

const pick = list => list[Math.floor(Math.random() * list.length)];

export class Chat {
  constructor() {
    this.seen = new Set();
    this.lines = byId('lines');
    this.lines.dataset.empty = 'Nobody has said anything since this page opened.\nA topic keeps no history; the flags do.';
    this.author = byId('author');
    this.author.value = sessionStorage.getItem('author') ?? `${pick(MOODS)} ${pick(GRAPES)}`;
    this.author.addEventListener('change', () => sessionStorage.setItem('author', this.author.value));
    byId('say').addEventListener('submit', event => {
      event.preventDefault();
      this.say();
    });
  }

  async say() {
    const text = byId('text');
    const said = text.value.trim();
    if (said === '') return;
    text.value = '';
    sessionStorage.setItem('author', this.author.value);
    if (!await send('POST', '/api/chat', {author: this.author.value, text: said})) text.value = said;
  }

  /** Shows a line; whether it is a new one. */
  line({id, author, text, instance, at}) {
    if (this.seen.has(id)) return false;
    this.seen.add(id);
    if (this.seen.size > REMEMBERED) this.seen.delete(this.seen.values().next().value);
    const atEnd = this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < 60;
    const item = element('li', author === this.author.value ? 'own' : '');
    const who = element('span');
    who.append(element('span', 'author', author), element('span', 'via', `via ${instance}`));
    item.append(who, element('time', '', clock(at)), element('p', 'text', text));
    this.lines.append(item);
    if (this.lines.childElementCount > SHOWN) this.lines.firstElementChild.remove();
    if (atEnd) this.lines.scrollTop = this.lines.scrollHeight;
    return true;
  }
}
