// One stream of events that comes back by itself: after an error, and also when it falls silent, as a stopped process
// keeps its connections open and says nothing.

const SILENCE = 5000;
const RETRY = 1000;

export function follow(url, events, state) {
  let source;
  let heard = 0;
  let retry;

  function open() {
    clearTimeout(retry);
    retry = undefined;
    source = new EventSource(url);
    heard = Date.now();
    for (const [name, handle] of Object.entries(events)) {
      source.addEventListener(name, event => {
        heard = Date.now();
        if (name === 'hello') state('live');
        handle(JSON.parse(event.data));
      });
    }
    source.onerror = again;
  }

  function again() {
    source.close();
    state('lost');
    retry ??= setTimeout(open, RETRY);
  }

  setInterval(() => {
    if (!retry && Date.now() - heard > SILENCE) again();
  }, 1000);
  open();
}
