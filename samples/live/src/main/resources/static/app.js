// The page of one instance: everything it shows comes over one stream of server-sent events.

import {byId, element} from './dom.js';
import {Chat} from './chat.js';
import {Flags} from './flags.js';
import {Members} from './members.js';
import {Mesh} from './mesh.js';
import {notice} from './send.js';
import {follow} from './stream.js';

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];

const members = new Members(() => show());
const mesh = new Mesh(members);
const chat = new Chat();
const flags = new Flags();
let settledAt = Infinity;

// What the stream begins with is the state so far, not news: it moves nothing on the drawing.
const settled = () => Date.now() > settledAt;

function memberNamed(name) {
  return members.present().find(member => member.name === name)?.id;
}

function show() {
  const present = members.present();
  byId('count').textContent = NUMBERS[present.length] ?? present.length;
  byId('count-word').textContent = present.length === 1 ? 'instance' : 'instances';
  const others = present.filter(member => member.id !== members.self && member.http);
  byId('others').replaceChildren(...others.map(member => {
    const link = element('a', '', member.name);
    link.href = `http://${location.hostname}:${member.http}/`;
    link.target = '_blank';
    return link;
  }));
  // One of the three that come back, rather than one that was started by hand.
  const victim = others.filter(member => /^live-\d$/.test(member.name)).pop() ?? others[others.length - 1] ?? present[0];
  if (victim?.pid) byId('kill').textContent = `kill -9 ${victim.pid}`;
  mesh.draw();
}

const WORDS = {live: 'live', lost: 'looking for this instance', connecting: 'connecting'};

function state(name) {
  byId('link').dataset.state = name;
  document.body.dataset.state = name;
  members.follow(name === 'live');
  byId('link-text').textContent = WORDS[name];
  notice(name === 'lost' ? 'This instance does not answer. The others go on; this page waits for its return.' : '');
}

follow('/api/events', {
  hello({cluster, self}) {
    settledAt = Date.now() + 1000;
    members.reset(self.id);
    flags.reset();
    byId('self-name').textContent = self.name;
    document.title = `${self.name} · Grapevine ${cluster}`;
    show();
  },
  member: change => members.member(change),
  load(load) {
    members.load(load);
    mesh.load(load.member);
    if (settled()) mesh.pulse(load.member, 'load');
  },
  chat(line) {
    if (chat.line(line) && settled()) mesh.pulse(memberNamed(line.instance), 'chat');
  },
  flag(change) {
    flags.flag(change);
    if (settled() && change.flag) mesh.pulse(memberNamed(change.flag.instance), 'flag');
  },
  heartbeat() {},
  goodbye() {}
}, state);

show();
