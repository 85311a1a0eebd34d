// The cluster as a drawing: every member linked with every other, as a cluster of this size is, and messages that travel along the links.

import {byId, svg} from './dom.js';

const TRAVEL = 650;
const RADIUS = 27;

export class Mesh {
  constructor(members) {
    this.members = members;
    this.root = byId('mesh');
    this.edges = svg('g');
    this.pulses = svg('g');
    this.nodes = svg('g');
    this.root.append(this.edges, this.pulses, this.nodes);
    this.places = new Map();
    this.still = matchMedia('(prefers-reduced-motion: reduce)');
  }

  draw() {
    const members = this.members.all();
    this.place(members);
    this.edges.replaceChildren(...this.lines(members.filter(member => !member.gone)));
    this.nodes.replaceChildren(...members.map(member => this.node(member)));
    if (members.length === 0) {
      const empty = svg('text', {class: 'empty'});
      empty.textContent = 'Nobody is here yet';
      this.nodes.replaceChildren(empty);
    }
  }

  place(members) {
    this.places.clear();
    const count = members.length;
    members.forEach((member, index) => {
      const angle = -Math.PI / 2 + index * 2 * Math.PI / count + (count === 2 ? Math.PI / 2 : 0);
      const reach = count === 1 ? 0 : 1;
      this.places.set(member.id, {x: reach * 138 * Math.cos(angle), y: reach * 96 * Math.sin(angle) + (count === 3 ? 20 : 0)});
    });
  }

  lines(present) {
    const lines = [];
    present.forEach((one, index) => present.slice(index + 1).forEach(other => {
      const a = this.places.get(one.id);
      const b = this.places.get(other.id);
      const mine = one.id === this.members.self || other.id === this.members.self;
      lines.push(svg('line', {class: mine ? 'edge mine' : 'edge', x1: a.x, y1: a.y, x2: b.x, y2: b.y}));
    }));
    return lines;
  }

  node(member) {
    const {x, y} = this.places.get(member.id);
    const own = member.id === this.members.self;
    const group = svg('g', {
      class: `node ${member.status}${member.gone ? ' gone' : ''}${own ? ' self' : ''}`,
      transform: `translate(${x} ${y})`
    });
    const name = svg('text', {y: y < -20 ? -RADIUS - 9 : RADIUS + 18});
    name.textContent = member.name;
    const load = svg('text', {class: 'load', y: 4});
    load.textContent = this.loadOf(member);
    group.append(svg('circle', {class: 'halo', r: RADIUS}), svg('circle', {class: 'body', r: RADIUS}), load, name);
    group.dataset.member = member.id;
    return group;
  }

  loadOf(member) {
    if (member.gone) return member.status;
    return member.reading ? `${(member.reading.process * 100).toFixed(0)} %` : '';
  }

  load(id) {
    const member = this.members.members.get(id);
    const label = this.nodes.querySelector(`[data-member="${id}"] .load`);
    if (member && label) label.textContent = this.loadOf(member);
  }

  /** A message on its way from one member to all others. */
  pulse(from, kind) {
    const start = this.places.get(from);
    if (!start || this.still.matches || document.hidden) return;
    this.ring(from);
    for (const member of this.members.present()) {
      if (member.id !== from) this.travel(start, this.places.get(member.id), kind);
    }
  }

  ring(id) {
    this.nodes.querySelector(`[data-member="${id}"] .halo`)?.animate(
      [{opacity: .6, transform: 'scale(1)'}, {opacity: 0, transform: 'scale(1.5)'}], {duration: 700, easing: 'ease-out'});
  }

  travel(a, b, kind) {
    const dot = svg('circle', {class: `pulse ${kind}`, r: kind === 'load' ? 2.5 : 5});
    this.pulses.append(dot);
    const move = dot.animate(
      [{transform: `translate(${a.x}px, ${a.y}px)`, opacity: 1}, {transform: `translate(${b.x}px, ${b.y}px)`, opacity: .7}],
      {duration: TRAVEL, easing: 'cubic-bezier(.4, 0, .3, 1)', fill: 'forwards'});
    move.onfinish = () => dot.remove();
    move.oncancel = move.onfinish;
  }
}
