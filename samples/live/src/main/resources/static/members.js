// The members as this instance sees them, each with the curves of its own readings.

import {age, byId} from './dom.js';
import {draw} from './spark.js';

const POINTS = 60;
const GONE_FOR = 45000;
const EARLY = 64;

const STATUS = {JOINED: 'alive', RECOVERED: 'alive', UPDATED: 'alive', SUSPECTED: 'suspect', LEFT: 'left', DIED: 'dead'};

const history = () => ({cpu: [], heap: []});

export class Members {
  constructor(changed) {
    this.members = new Map();
    this.early = new Map(); // readings of members that the stream has not named yet
    this.changed = changed;
    this.followed = true;
    setInterval(() => this.tick(), 1000);
  }

  /** The stream begins anew: who is not named again is no member any more. */
  reset(self) {
    this.self = self;
    for (const member of this.members.values()) member.card.remove();
    this.members.clear();
    this.early.clear();
  }

  /** Whether what is shown is the present: if not, no time passes on the cards. */
  follow(followed) {
    this.followed = followed;
  }

  /** Alive and suspect ones first by name, then those that went. */
  all() {
    return [...this.members.values()].sort((a, b) => a.name.localeCompare(b.name, 'en', {numeric: true}));
  }

  present() {
    return this.all().filter(member => !member.gone);
  }

  member(change) {
    if (change.change === 'JOINED') this.forgetEarlierLives(change);
    let member = this.members.get(change.id);
    if (!member) {
      member = {...(this.early.get(change.id) ?? history()), id: change.id, card: this.newCard()};
      this.early.delete(change.id);
      this.members.set(change.id, member);
    }
    Object.assign(member, change, {status: STATUS[change.change], at: Date.now()});
    member.gone = member.status === 'left' || member.status === 'dead';
    this.show(member);
    if (member.reading) this.showReading(member);
    this.order();
    this.changed();
  }

  forgetEarlierLives(change) {
    for (const other of [...this.members.values()]) {
      if (other.name === change.name && other.id !== change.id && other.gone) this.forget(other);
    }
  }

  forget(member) {
    member.card.remove();
    this.members.delete(member.id);
  }

  load({member: id, reading}) {
    const member = this.members.get(id);
    const known = member ?? this.early.get(id) ?? history();
    known.reading = reading;
    for (const [list, value] of [[known.cpu, reading.process], [known.heap, reading.heapUsed]]) {
      list.push(value);
      if (list.length > POINTS) list.shift();
    }
    if (member) this.showReading(member);
    else if (this.early.size < EARLY) this.early.set(id, known);
  }

  newCard() {
    const card = byId('card').content.firstElementChild.cloneNode(true);
    byId('members').append(card);
    return card;
  }

  order() {
    // A card that is moved begins its animation again, so only those out of place are.
    const list = byId('members');
    this.all().forEach((member, index) => {
      if (list.children[index] !== member.card) list.insertBefore(member.card, list.children[index] ?? null);
    });
  }

  show(member) {
    const card = member.card;
    const own = member.id === this.self;
    card.className = `card ${member.status}${member.gone ? ' gone' : ''}${own ? ' self' : ''}`;
    card.dataset.name = member.name;
    card.dataset.status = member.status;
    const name = card.querySelector('.name');
    name.textContent = member.name;
    if (member.http) name.href = `http://${location.hostname}:${member.http}/`;
    card.querySelector('.place').textContent =
      [member.address, member.pid && `pid ${member.pid}`].filter(Boolean).join(' · ');
    this.showStatus(member);
  }

  showStatus(member) {
    member.card.querySelector('.status').textContent = {
      alive: `up ${age(Date.now() - member.since)}`,
      suspect: 'suspected',
      left: `left ${age(Date.now() - member.at)} ago`,
      dead: `died ${age(Date.now() - member.at)} ago`
    }[member.status];
  }

  showReading(member) {
    const {process, heapUsed, heapMax} = member.reading;
    const cpu = member.card.querySelector('.cpu');
    const heap = member.card.querySelector('.heap');
    cpu.querySelector('.value').textContent = `${(process * 100).toFixed(1)} %`;
    heap.querySelector('.value').textContent =
      `${(heapUsed / 1048576).toFixed(0)} of ${(heapMax / 1048576).toFixed(0)} MB`;
    draw(cpu, member.cpu, Math.max(0.1, ...member.cpu) * 1.15, POINTS);
    draw(heap, member.heap, Math.max(...member.heap) * 1.25, POINTS);
  }

  tick() {
    if (!this.followed) return;
    for (const member of [...this.members.values()]) {
      if (member.gone && Date.now() - member.at > GONE_FOR) {
        this.forget(member);
        this.changed();
      } else {
        this.showStatus(member);
      }
    }
  }
}
